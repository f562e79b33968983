"""What a run leaves behind in the end."""

import tempfile
from pathlib import Path

from tokenizers import Tokenizer

from data.format import ChatFormat
from errors import InputError
from lora import save_adapter
from model import Decoder
from training.tokenizer_files import save_tokenizer


def save_result(model: Decoder, tokenizer: Tokenizer, format: ChatFormat, base: Path, output_dir: Path) -> None:
    """Write the tokenizer and the adapter.

    Raises InputError where they cannot be written there. What hours have made is then saved in a temporary folder, if
    that can be, and the error says where.
    """

    def save(folder: Path) -> None:
        save_tokenizer(tokenizer, format, base, folder)
        save_adapter(model, folder)

    try:
        save(output_dir)
    except InputError as error:
        elsewhere = Path(tempfile.mkdtemp(prefix=f"{output_dir.name}-"))
        try:
            save(elsewhere)
        except InputError:
            raise error from None
        raise InputError(f"{error}; meanwhile the adapter is whole in {elsewhere}") from None
