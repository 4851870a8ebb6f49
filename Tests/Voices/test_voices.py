"""Tests of scripts/voices and scripts/held_out.py that need Python's own library only."""

import json
import os
import random
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
sys.dont_write_bytecode = True

from held_out import HeldOut, normalise  # noqa: E402
from voices import recipe, sentences  # noqa: E402


def held_out(*texts):
    scored = HeldOut([])
    for text in texts:
        scored.add(text)
    return scored


def some_sentences(count):
    rng = random.Random(5)
    words = ["the", "a", "house", "river", "walks", "slowly", "under", "bright", "stones", "again"]
    return [" ".join(rng.choices(words, k=6)) for _ in range(count)]


class HeldOutTest(unittest.TestCase):
    def test_sentences_that_hold_a_scored_transcript_are_found(self):
        scored = held_out("he went to the house", "two words")
        self.assertTrue(scored.is_in("he went to the house"))
        self.assertTrue(scored.is_in("and so he went to the house again"))
        self.assertFalse(scored.is_in("he went to the houses"))
        self.assertFalse(scored.is_in("two words"), "short ones are in every book")

    def test_only_dev_and_test_of_a_manifest_are_scored(self):
        texts = {"train": "we learn this one here", "dev": "We choose, by this one", "test": "we score this one here"}
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
            file.writelines(json.dumps({"split": split, "text": text}) + "\n" for split, text in texts.items())
            file.flush()
            scored = HeldOut([file.name])
        self.assertEqual([False, True, True], [scored.is_in(normalise(text)) for text in texts.values()])


class SentencesTest(unittest.TestCase):
    def test_what_voices_read_differently_is_left_out(self):
        self.assertEqual("I don't know - really?", sentences.speakable("I don\u2019t know \u2014 really?"))
        for line in ("We met at 5 pm today.", "The NASA people went home.", "I like the iPhone a lot.", "It costs 3 $ a day.",
                     "He said 'go' and then left.", "Mr. Smith went home today.", "Too short."):
            self.assertIsNone(sentences.speakable(line), line)

    def test_scored_sentences_are_never_read(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write("She went to the house.\nShe went to the river.\nShe went to the river.\n")
            file.flush()
            self.assertEqual(["She went to the river."], sentences.read(file.name, held_out("she went to the house")))

    def test_the_same_seed_chooses_the_same(self):
        text = some_sentences(400)
        self.assertEqual(sentences.choose(text, 50, "a"), sentences.choose(text, 50, "a"))
        self.assertNotEqual(sentences.choose(text, 50, "a"), sentences.choose(text, 50, "b"))

    def test_rare_words_are_chosen_more_often(self):
        rare = [f"the house walks under xylophones {word}" for word in ("a", "again", "slowly", "bright", "river")]
        text = some_sentences(2000) + rare
        found = sum(len(set(rare) & set(sentences.choose(text, 100, str(seed)))) for seed in range(20))
        self.assertGreater(found, 2 * 20 * len(rare) * 100 / len(text))

    def test_sentences_with_what_may_be_a_misprint_are_not_chosen(self):
        text = some_sentences(200) + ["the house walks under xylophonse again"] * 2
        self.assertFalse([sentence for sentence in sentences.choose(text, 202, "a") if "xylophonse" in sentence])


class RecipeTest(unittest.TestCase):
    def test_voices_set_aside_never_speak(self):
        self.assertEqual(3, len(recipe.SET_ASIDE))
        for voice in recipe.VOICES:
            self.assertNotIn(voice.name, recipe.SET_ASIDE)
            self.assertFalse({name for name, _ in voice.style} & set(recipe.SET_ASIDE), voice.name)
            # A variant of espeak-ng is a speaker under every accent.
            self.assertNotIn(recipe.SET_ASIDE_ESPEAK.partition("+")[2], voice.name)

    def test_no_voice_speaks_more_than_two_fifths(self):
        self.assertAlmostEqual(1.0, sum(voice.share for voice in recipe.VOICES))
        self.assertLess(max(voice.share for voice in recipe.VOICES), 0.4)

    def test_a_shard_can_be_planned_again_alone(self):
        text = some_sentences(5 * recipe.UTTERANCES)
        fourth = recipe.plan(3, recipe.sentences_of(3, text))
        for number in range(5):
            recipe.plan(number, recipe.sentences_of(number, text))
        self.assertEqual(fourth, recipe.plan(3, recipe.sentences_of(3, text)))

    def test_shards_share_no_sentence_and_no_plan(self):
        text = [f"{number} {sentence}" for number, sentence in enumerate(some_sentences(3 * recipe.UTTERANCES))]
        plans = [recipe.plan(number, recipe.sentences_of(number, text)) for number in range(3)]
        self.assertEqual(text, [utterance["text"] for plan in plans for utterance in plan])
        self.assertEqual(len(text), len({utterance["name"] for plan in plans for utterance in plan}))
        self.assertEqual(len(text), len({utterance["seed"] for plan in plans for utterance in plan}))

    def test_a_shard_beyond_the_sentences_says_so(self):
        with self.assertRaisesRegex(SystemExit, "Shard 1 needs 720 sentences; there are 500"):
            recipe.sentences_of(1, some_sentences(500))

    def test_a_recording_keeps_its_speaker(self):
        recordings = [{"recording": f"{index}.opus", "text": "hello", "voice": "kathleen"} for index in range(500)]
        utterances = recipe.plan(2, recipe.recordings_of(2, recordings))
        self.assertEqual(recipe.UTTERANCES, len({utterance["recording"] for utterance in utterances}))
        self.assertEqual({"kathleen"}, {utterance["voice"] for utterance in utterances})
        self.assertNotEqual(recipe.recordings_of(1, recordings), recipe.recordings_of(2, recordings))

    def test_text_is_normalised_as_in_the_corpora(self):
        self.assertEqual("i don't know really", normalise("I don\u2019t know \u2014 really?"))


if __name__ == "__main__":
    unittest.main()
