"""Writes tokenizer.json: byte-level BPE with a few merges, a begin-of-sequence token that it adds by itself, an end token.

Run with the tokenizers library, 0.23.1: python3 make_tokenizer.py
"""

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

TEXT = ["Question: How many apples are there?\nAnswer: five", " A B C D", "the man opens a door"]


def main():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=280, special_tokens=["<bos>", "<eos>"], initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False)
    tokenizer.train_from_iterator(TEXT, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 0)])
    tokenizer.save("tokenizer.json", pretty=False)


main()
