"""Chooses the sentences that are spoken: those with rare words and rare letter sequences more often."""

import collections
import heapq
import math
import random
import re

from held_out import normalise

WORDS = range(4, 23)
TRUSTED = 3  # a word found fewer times may be a misprint or foreign; its sentences are left out
COMMON = 4000  # a check's sentences use these most frequent words only

ORDINARY = re.compile(r"[A-Za-z\"][A-Za-z' ,;:?!\"-]*[.?!]?\"?")
# Read aloud differently by each voice, or written otherwise than spoken: abbreviations in capitals, names with capitals
# inside, lone letters, quotes of one mark.
DOUBTFUL = re.compile(r"[A-Z]{2}|[a-z][A-Z]|\b(?![AaIO]\b)[A-Za-z]\b(?<!'[a-z])|(?<![A-Za-z])'|'(?![A-Za-z])")
NUMBERS = set("""zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million first second
    third okay ok gonna wanna""".split())


def speakable(line):
    """The sentence of a line as it may be read aloud, or None."""
    sentence = " ".join(line.replace("\u2019", "'").replace("\u2014", " - ").split())
    if len(sentence.split()) not in WORDS or not ORDINARY.fullmatch(sentence) or DOUBTFUL.search(sentence):
        return None
    return sentence


def read(path, held_out):
    """The sentences of a text file that may be spoken, each once."""
    with open(path, encoding="utf-8") as lines:
        found = (sentence for sentence in map(speakable, lines) if sentence)
        return [sentence for sentence in dict.fromkeys(found) if not held_out.is_in(normalise(sentence))]


def count_words(sentences):
    return collections.Counter(word for sentence in sentences for word in normalise(sentence).split())


def letters(word):
    padded = f" {word} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]


def rarities(words):
    """How much a word adds, from 0 (the most frequent) to 2: by itself and by its sequences of three letters."""
    sequences = collections.Counter()
    for word, count in words.items():
        for three in letters(word):
            sequences[three] += count

    def rarity(word, count):
        found = [1 / math.sqrt(sequences[three]) for three in letters(word)]
        return 1 / math.sqrt(count) + sum(found) / len(found)

    return {word: rarity(word, count) for word, count in words.items()}


def choose(sentences, count, seed):
    """`count` of the sentences in random order, each as likely as its words are rare; the same for the same seed."""
    rarity = rarities({word: found for word, found in count_words(sentences).items() if found >= TRUSTED})
    rng = random.Random(seed)
    keys = []
    for sentence in sentences:
        words = normalise(sentence).split()
        if all(word in rarity for word in words):
            # The largest of log(u) / weight: weighted sampling without replacement (Efraimidis and Spirakis 2006).
            keys.append((math.log(1 - rng.random()) * len(words) / sum(rarity[word] for word in words), sentence))
    chosen = [sentence for _, sentence in heapq.nlargest(count, keys)]
    rng.shuffle(chosen)
    return chosen


def choose_common(sentences, count, seed):
    """Sentences of frequent words without numbers, which every listener writes the same way: for measuring voices."""
    common = {word for word, _ in count_words(sentences).most_common(COMMON)} - NUMBERS
    plain = [sentence for sentence in sentences if all(word in common for word in normalise(sentence).split())]
    plain = [sentence for sentence in plain if len(sentence.split()) >= 8]
    return random.Random(seed).sample(plain, count)


def interleave(lists):
    """One of each list in turn, as far as the shortest reaches."""
    return [sentence for turn in zip(*lists) for sentence in turn]
