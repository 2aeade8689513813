"""Words for the lexical index: English folded to one spelling, Chinese segmented by jieba.

jieba's dictionary of 350,000 words is read when an index is built; the index keeps only the words that its own passages
hold (a word that no passage holds can match nothing), so that opening one costs milliseconds and no memory.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"\d+\.\d+|[a-z0-9\u03b1-\u03c9]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_ENGLISH = """
a an and are as at be been but by can do does for from had has have if in into is it its may more most no not of on only
or other should than that the their then there these they this those to was were what when where which while who why
will with without
"""
_CHINESE = """
的 了 和 与 及 或 在 是 为 对 等 于 而 被 由 以 其 者 应 可 也 则 并 即 但 若 如 时 后 前 中 上 下 该 此 这 那 有 无
不 能 需 将 均 各 一 个 种 可以 应该 需要 如果 以及 或者 并且 进行 患者 什么 怎么 如何
"""
_ENGLISH_STOP = frozenset(_ENGLISH.split())
_CHINESE_STOP = frozenset(_CHINESE.split())
_SPELLING = (("ae", "e"), ("oe", "e"), ("isation", "ization"), ("our", "or"), ("ise", "ize"))
"""British to American, blindly and on both sides: `anaemia`, `oedema`, `tumour` meet `anemia`, `edema`, `tumor`."""


def english_words(text: str) -> list[str]:
    """Lower-case words and numbers without accents, stop words and plural endings."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return [_fold(word) for word in _WORD.findall(plain) if word not in _ENGLISH_STOP]


def _fold(word: str) -> str:
    for british, american in _SPELLING:
        word = word.replace(british, american)
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The part of a segmenter's dictionary that some texts need."""

    frequencies: dict[str, int]
    """Word to frequency; the beginning of a longer word, itself no word, has 0."""
    total: int
    """Sum of the frequencies of the whole dictionary that this was taken from."""


class Segmenter:
    """Chinese (and the Latin words within it) to words; finds every shorter dictionary word inside a long one too."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._jieba = _bare_tokenizer(dictionary)

    @classmethod
    def covering(cls, texts: Sequence[str], words: Iterable[str]) -> Segmenter:
        """For these texts as good as jieba's whole dictionary plus `words`; takes about 0.3 s."""
        added = [word for word in words if any(word in text for text in texts)]
        characters = {char for text in (*texts, *added) for char in unicodedata.normalize("NFKC", text)}
        segmenter = cls(_jieba_dictionary(characters))
        for word in added:
            segmenter._jieba.add_word(word)
        return segmenter

    def words(self, text: str) -> list[str]:
        """The words of a text in order, stop words left out."""
        plain = unicodedata.normalize("NFKC", text)
        found: list[str] = []
        start = 0
        for run in _HAN_RUN.finditer(plain):
            found += english_words(plain[start : run.start()])
            # Without jieba's guesses at unknown words: a query and a passage might guess differently.
            found += [word for word in self._jieba.cut_for_search(run[0], HMM=False) if word not in _CHINESE_STOP]
            start = run.end()
        return found + english_words(plain[start:])

    def needed_for(self, texts: Sequence[str]) -> Dictionary:
        """The entries that take part in segmenting these texts."""
        frequencies: dict[str, int] = {}
        known = self._jieba.FREQ
        for run in {run for text in texts for run in _HAN_RUN.findall(unicodedata.normalize("NFKC", text))}:
            for start in range(len(run)):
                end = start + 1
                while end <= len(run) and (piece := run[start:end]) in known:
                    frequencies[piece] = known[piece]
                    end += 1
        return Dictionary(dict(sorted(frequencies.items())), self._jieba.total)


def _import_jieba() -> Any:
    # jieba 0.42 has invalid escapes in its source and imports pkg_resources: both warn, once, on some Pythons.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    return jieba


def _jieba_dictionary(characters: set[str]) -> Dictionary:
    """The words of jieba's dictionary that consist of these characters, with their beginnings."""
    with _import_jieba().Tokenizer().get_dict_file() as file:
        fields = file.read().decode().split()  # word, frequency, part of speech, over and over
    counts = [int(count) for count in fields[1::3]]
    frequencies = {word: n for word, n in zip(fields[::3], counts, strict=True) if characters.issuperset(word)}
    for word in list(frequencies):
        for end in range(1, len(word)):
            frequencies.setdefault(word[:end], 0)
    return Dictionary(frequencies, sum(counts))


def _bare_tokenizer(dictionary: Dictionary) -> Any:
    """A tokenizer that is filled by hand: `initialize()` would write a cache into /tmp and log to stderr."""
    tokenizer = _import_jieba().Tokenizer()
    tokenizer.FREQ, tokenizer.total = dict(dictionary.frequencies), dictionary.total
    tokenizer.initialized = True
    return tokenizer
