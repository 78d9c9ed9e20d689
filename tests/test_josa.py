"""The josa behind Hangul, Latin letters, figures and signs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlqa.josa import Josa, josa_for, last_sound, with_josa

# Words that end in a vowel, in ㄹ and in another consonant when read aloud.
VOWEL = """
캐시 그래디언트 나 LRU ReLU CUDA GPU CPU GPT BERT MNIST MLP SGD PCA AI OpenAI FastAPI IoT iOS CSV
x y f softmax sigmoid batch cache node queue image code layer Transformer PyTorch TensorFlow NumPy
Keras pandas Lipschitz weight test point root loop GitHub blog Microsoft AdaBoost Linux YouTube
Beyoncé café CNNs bit task network framework benchmark data shape scope rate value epoch hash graph
check 2 4 5 9 12 1.5 2015 1,024 0.9 5/9 α β λ π σ 3% 20℃ 5km 3cm 5$ C++ ㅏ GPT-3 GPT-4 IPv6 MP3
word2 2조 1000000000000
"""
RIEUL = """
모델 픽셀 URL SQL HTML AutoML L R l r model kernel Google table file example tool Excel Pixel Kaggle
1 7 8 21 100px 3dB ㄹ 1/2 1.7
"""
CONSONANT = """
학습 모형 값 BN RNN LSTM GAN SVM kNN M N n m Python PYTHON Adam learning pooling token attention
line pipeline machine game time home map step clip group app deep backprop AlexNet ImageNet dataset
input output dropout robot chat stack block track Facebook notebook music logic topic Mac word2vec
web Colab LaTeX prototype type technique TikTok 0 3 6 10 13 20 100 1000 1,000 10000 100000 3000000
100000000 0.3 1.0 2.10 007330 F1 L7 VGG16 ResNet-50 CIFAR-10 3kg 2min ε C# x² 10⁻⁴ ㄱ
"""


@pytest.mark.parametrize("word", VOWEL.split())
def test_words_that_end_in_a_vowel(word: str) -> None:
    assert last_sound(word) == "vowel"


@pytest.mark.parametrize("word", RIEUL.split())
def test_words_that_end_in_rieul(word: str) -> None:
    assert last_sound(word) == "rieul"


@pytest.mark.parametrize("word", CONSONANT.split())
def test_words_that_end_in_another_consonant(word: str) -> None:
    assert last_sound(word) == "consonant"


@pytest.mark.parametrize(
    ("word", "josa", "expected"),
    [
        ("BN", "은/는", "BN은"),
        ("LRU", "은/는", "LRU는"),
        ("ReLU", "을/를", "ReLU를"),
        ("3", "이/가", "3이"),
        ("10", "과/와", "10과"),
        ("모델", "으로/로", "모델로"),
        ("SQL", "으로/로", "SQL로"),
        ("BN", "으로/로", "BN으로"),
        ("캐시", "으로/로", "캐시로"),
        ("모델", "은/는", "모델은"),
        ("LRU", "이란/란", "LRU란"),
        ("과적합", "이란/란", "과적합이란"),
        ("Python", "이라고/라고", "Python이라고"),
        ("합성곱", "이에요/예요", "합성곱이에요"),
        ("캐시", "이에요/예요", "캐시예요"),
    ],
)
def test_a_word_gets_its_josa(word: str, josa: Josa, expected: str) -> None:
    assert with_josa(word, josa) == expected


@pytest.mark.parametrize(
    ("word", "topic"),
    [
        ("배치 정규화(BN)", "는"),
        ("BN(배치 정규화)", "은"),
        ("합성곱 (convolution)", "은"),
        ("캐시[1]", "는"),
        ("“모델”", "은"),
        ("'캐시'", "는"),
        ("`dict`", "는"),
        ("**BN**", "은"),
        ("(LSTM)", "은"),
        ("[가]", "는"),
        ("O(1)", "은"),
        ("O(n)", "은"),
        ("f(x)", "는"),
        ("LRU 캐시", "는"),
        ("How does it work?", "는"),
    ],
)
def test_brackets_and_quotation_marks_are_not_read(word: str, topic: str) -> None:
    assert josa_for(word, "은/는") == topic


@pytest.mark.parametrize(
    ("josa", "both"),
    [("은/는", "은(는)"), ("이/가", "이(가)"), ("을/를", "을(를)"), ("과/와", "과(와)"),
     ("으로/로", "(으)로"), ("이란/란", "(이)란")],
)  # fmt: skip
def test_both_forms_where_the_reading_is_unknown(josa: Josa, both: str) -> None:
    assert with_josa("猫", josa) == f"猫{both}"
    assert with_josa("", josa) == both


@given(syllable=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3))
def test_every_syllable_is_read_as_it_is_written(syllable: str) -> None:
    decomposed = unicodedata.normalize("NFD", syllable)

    assert (last_sound(syllable) == "vowel") == (len(decomposed) == 2)
    assert last_sound(decomposed) == last_sound(syllable)


@given(word=st.text(max_size=20))
def test_any_text_gets_a_josa(word: str) -> None:
    assert josa_for(word, "은/는") in {"은", "는", "은(는)"}
