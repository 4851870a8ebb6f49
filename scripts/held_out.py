"""Normalises sentences, and knows those that a score is measured on: nothing trained may hold them."""

import json
import re


def normalise(sentence):
    """Lower case, a-z and apostrophe, one space between words."""
    return " ".join(re.sub(r"[^a-z' ]", " ", sentence.lower().replace("\u2019", "'")).split())


class HeldOut:
    """The transcripts of four words or more of the `dev` and `test` utterances of some manifests."""

    def __init__(self, manifests):
        self.by_first_words = {}
        for path in manifests:
            with open(path, encoding="utf-8") as lines:
                for entry in map(json.loads, lines):
                    if entry["split"] != "train":
                        self.add(normalise(entry["text"]))

    def add(self, text):
        words = text.split()
        if len(words) >= 4:
            self.by_first_words.setdefault(" ".join(words[:4]), set()).add(f" {text} ")

    def is_in(self, sentence):
        """Whether a normalised sentence equals or contains one of the transcripts."""
        words = sentence.split()
        return any(
            candidate in f" {sentence} "
            for i in range(len(words) - 3)
            for candidate in self.by_first_words.get(" ".join(words[i : i + 4]), ())
        )
