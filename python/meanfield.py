"""Meanfield from Python: run the `meanfield` command, and read its results into NumPy.

    import meanfield

    run = meanfield.run("experiment.yaml", seed=3, set={"model.attention.softmax.beta": 4})
    run.levels["particles"].x                       # tokens, shape [time, token, coordinate]
    run.levels["particles"].series["energy"].value  # an observable, shape [time, ...]

    again = meanfield.load("results/my-run")        # a directory written with --out; no command needed
    cells = meanfield.load_sweep("results/map")     # column -> array, one row per cell of a sweep
    pandas.DataFrame(cells)

Needs Python 3.9 or newer and NumPy; one file, copy it where you want it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

__all__ = ["Distance", "Ensemble", "Level", "MeanfieldError", "Run", "Series", "analyze", "load", "load_sweep", "run"]

Spec = Union[str, "os.PathLike[str]", Mapping[str, Any]]
Command = Union[str, Sequence[str]]

_STORE_FORMAT = 1
_EXPECTATION_NOT_MET = 1


class MeanfieldError(Exception):
    """What went wrong, as the command said it.

    `exit_code` is the command's (2: bad input, 130: interrupted, ...), or None where no command ran.
    """

    def __init__(self, message: str, exit_code: Optional[int] = None) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


def _shape(array: Optional[np.ndarray]) -> str:
    return "x".join(map(str, array.shape)) if array is not None and array.shape else "scalar"


@dataclass(repr=False)
class Series:
    """An observable along one level: `value[k]` at time `t[k]`; shape [k] or [k, ...item]."""

    t: np.ndarray
    value: np.ndarray
    unit: Optional[str] = None
    doc: Optional[str] = None

    def __repr__(self) -> str:
        return f"Series({_shape(self.value)}{f', unit {self.unit}' if self.unit else ''})"


@dataclass(repr=False)
class Distance:
    """A distance between two levels at times `t`; `null` is its band between samples of one law, or None.

    `spread` is the square root of the trace of the covariance, what a distance is large or small against; None where
    the run was printed and not loaded from a store.
    `null` has the arrays "median", "low" and "high" (quantiles .5, .05, .95) and the numbers "n" and "repeats".
    """

    t: np.ndarray
    value: np.ndarray
    null: Optional[Dict[str, Any]] = None
    spread: Optional[np.ndarray] = None

    def __repr__(self) -> str:
        return f"Distance({_shape(self.value)}{', with null band' if self.null else ''})"


@dataclass(repr=False)
class Ensemble:
    """What the repeats of one level have in common (solve.repeats).

    ends: how they ended, e.g. [{"status": "completed", "count": 64}].
    series: name -> {"t", "count", "mean", "sd", "se", "min", "max"}, arrays of shape [k, ...item] (t and count [k]), and
    where it was asked for "quantiles": {"at": [q], "value": [q, k, ...item]}, "covariance", "histogram", "exceedances".
    """

    repeats: int
    ends: List[Dict[str, Any]]
    series: Dict[str, Dict[str, Any]]

    def __repr__(self) -> str:
        return f"Ensemble({self.repeats} repeats; series: {', '.join(self.series) or 'none'})"


@dataclass(repr=False)
class Level:
    """What one level of description produced. `states[name][k]` is the state at time `t[k]`.

    `ensemble` is what all repeats have in common, None without repeats; everything else is that of repeat 0.
    `monitors` is what the level was watched for: name -> {"verdict": ..., numbers}.
    """

    outcome: Dict[str, Any]
    t: np.ndarray
    states: Dict[str, np.ndarray] = field(default_factory=dict)
    series: Dict[str, Series] = field(default_factory=dict)
    ensemble: Optional[Ensemble] = None
    monitors: Dict[str, Dict[str, Any]] = field(default_factory=dict)

    @property
    def x(self) -> Optional[np.ndarray]:
        """Tokens, shape [time, token, coordinate]; None where the level has none."""
        return self.states.get("x")

    @property
    def mean(self) -> Optional[np.ndarray]:
        """Means, shape [time, coordinate]; None where the level has none."""
        return self.states.get("mean")

    @property
    def cov(self) -> Optional[np.ndarray]:
        """Covariances, shape [time, coordinate, coordinate]; None where the level has none."""
        return self.states.get("cov")

    def __repr__(self) -> str:
        states = ", ".join(f"{name} {_shape(array)}" for name, array in self.states.items())
        series = ", ".join(self.series)
        return f"Level({self.outcome.get('status')}; {states or 'no states'}; series: {series or 'none'})"


@dataclass(repr=False)
class Run:
    """One experiment's results.

    levels: name -> Level; distances: "levelA|levelB" -> metric -> Distance; expect: what was expected and found;
    attention: "cloud|moments" -> tilt against log n, effective sample size and entropies at the compared depths;
    manifest: the whole of manifest.json where the run was loaded from a directory, else None.
    """

    id: str
    spec: Dict[str, Any]
    backend: Dict[str, Any]
    levels: Dict[str, Level]
    distances: Dict[str, Dict[str, Distance]]
    expect: List[Dict[str, Any]]
    directory: Optional[Path] = None
    manifest: Optional[Dict[str, Any]] = None
    attention: Dict[str, Dict[str, Any]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when every line of `expect` was met."""
        return all(line.get("ok") is True for line in self.expect)

    @property
    def outcome(self) -> Dict[str, Dict[str, Any]]:
        """Level -> how it ended, e.g. {"status": "stopped", "event": "blow-up", "t": ..., "tError": ...}."""
        return {name: level.outcome for name, level in self.levels.items()}

    def __repr__(self) -> str:
        lines = [f"Run {self.id}" + (f" ({self.spec['title']})" if self.spec.get("title") else "")]
        lines += [f"  {name}: {level!r}" for name, level in self.levels.items()]
        for pair, metrics in self.distances.items():
            lines.append(f"  {pair}: " + ", ".join(metrics))
        if not self.ok:
            lines.append("  an expectation was not met: see .expect")
        return "\n".join(lines)


def run(
    spec_or_path: Spec,
    *,
    seed: Optional[int] = None,
    out: Union[None, str, "os.PathLike[str]"] = None,
    set: Optional[Mapping[str, Any]] = None,
    command: Optional[Command] = None,
) -> Run:
    """Runs one experiment with `meanfield run` and returns its results.

    spec_or_path: path of a YAML or JSON file, or the experiment itself as a dictionary (NumPy arrays are welcome).
    seed: as --seed of the command. out: directory of the store; kept, and loaded bit for bit.
    set: path in the experiment -> value, e.g. {"solve.span": [0, 5]}; texts pass as they are, other values as JSON.
    command: the command and its first arguments; by default the environment variable MEANFIELD, else `meanfield` on
    the PATH, else the checkout that this file lies in.

    Raises MeanfieldError with the command's message and exit code. An expectation that was not met is no error: see
    `Run.ok`.
    """
    options = ["--seed", str(seed)] if seed is not None else []
    options += ["--out", os.fspath(out)] if out is not None else []
    answer = _answer("run", spec_or_path, options, set, command)
    return load(out) if out is not None else _from_answer(answer)


def analyze(
    spec_or_path: Spec,
    *,
    set: Optional[Mapping[str, Any]] = None,
    command: Optional[Command] = None,
) -> Dict[str, Any]:
    """The verdicts of `meanfield analyze` (regime, synchronization, landscape, ...); arguments as for `run`."""
    return _answer("analyze", spec_or_path, [], set, command)


def load(directory: Union[str, "os.PathLike[str]"]) -> Run:
    """Reads a run's directory (manifest.json and states.npz) into NumPy, bit for bit, after checking the checksum.

    Raises MeanfieldError when there is no finished run, or when its files are damaged.
    """
    directory = Path(directory)
    manifest = _manifest(directory)
    states = directory / "states.npz"
    try:
        digest = hashlib.sha256(states.read_bytes()).hexdigest()
    except OSError as error:
        raise MeanfieldError(f"{states}: cannot be read ({error.strerror}). Copy the directory again.") from error
    if digest != manifest["files"]["states.npz"]["sha256"]:
        raise MeanfieldError(f"{states}: is not the file that the run wrote (checksum). Copy the directory again.")
    with np.load(states, allow_pickle=False) as arrays:
        levels = {name: _stored_level(name, told, arrays) for name, told in manifest["levels"].items()}
        distances = {
            pair: {metric: _stored_distance(pair, metric, told, arrays) for metric, told in metrics.items()}
            for pair, metrics in manifest["distances"].items()
        }
    return Run(
        id=manifest["id"],
        spec=manifest["spec"],
        backend=manifest["backend"],
        levels=levels,
        distances=distances,
        expect=manifest["expect"],
        directory=directory,
        manifest=manifest,
        attention=manifest.get("attention", {}),
    )


def load_sweep(directory: Union[str, "os.PathLike[str]"]) -> Dict[str, np.ndarray]:
    """Reads the rows of a sweep into NumPy: column -> array of one value per cell, in the order of the sweep's plan.

    Numbers are float64, bit for bit, and NaN where a cell has none; truth values and texts are objects, and None where
    a cell has none. A sweep that is still running gives the cells there are. `pandas.DataFrame(load_sweep(...))` is
    the table.

    Raises MeanfieldError when there is no sweep, or when a chunk is damaged.
    """
    directory = Path(directory)
    path = directory / "sweep.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MeanfieldError(f"{path}: cannot be read ({error}). Name the directory of a sweep.") from error
    if manifest.get("store") != _STORE_FORMAT:
        advice = "Use the meanfield.py of the version that wrote it."
        raise MeanfieldError(f"{path}: must have store format {_STORE_FORMAT}, got {manifest.get('store')}. {advice}")
    chunks = []
    for file in _best_chunks(directory / "chunks"):
        data = file.read_bytes()
        if not file.stem.endswith(hashlib.sha256(data).hexdigest()[:16]):
            raise MeanfieldError(f"{file}: is not the file that the sweep wrote (checksum). Run the sweep again.")
        chunks.append(_read_table(data))
    names = dict.fromkeys(name for rows, columns in chunks for name in columns)
    return {name: _joined([columns.get(name, [None] * rows) for rows, columns in chunks]) for name in names}


def _best_chunks(folder: Path) -> List[Path]:
    """The chunks in the order of the plan; of several files of one the first with the fewest failed cells."""
    best: Dict[Tuple[int, int, str], Tuple[int, Path]] = {}
    for file in sorted(folder.glob("*.parquet")):
        stage, index, key, _, failed, _ = file.name.split("-")
        place = (int(stage), int(index), key)
        if place not in best or int(failed) < best[place][0]:
            best[place] = (int(failed), file)
    return [file for _, (_, file) in sorted(best.items())]


def _joined(parts: List[List[Any]]) -> np.ndarray:
    values = [value for part in parts for value in part]
    if any(isinstance(value, float) for value in values) and not any(isinstance(value, (str, bool)) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    return np.array(values, dtype=object)


class _Thrift:
    """Reads the compact protocol of Thrift, in which Parquet writes its headers: a struct as field number -> value."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def value(self, kind: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            self.at += 1
            return self.data[self.at - 1]
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 7:
            self.at += 8
            return struct.unpack("<d", self.data[self.at - 8 : self.at])[0]
        if kind == 8:
            size = self.varint()
            self.at += size
            return self.data[self.at - size : self.at]
        if kind in (9, 10):
            head = self.data[self.at]
            self.at += 1
            size = self.varint() if head >> 4 == 15 else head >> 4
            return [self.value(head & 15) for _ in range(size)]
        return self.struct()

    def struct(self) -> Dict[int, Any]:
        fields: Dict[int, Any] = {}
        number = 0
        while True:
            head = self.data[self.at]
            self.at += 1
            if head == 0:
                return fields
            number = number + (head >> 4) if head >> 4 else self.zigzag()
            fields[number] = self.value(head & 15)


def _read_table(data: bytes) -> Tuple[int, Dict[str, List[Any]]]:
    """Rows and columns of a Parquet file as Meanfield writes chunks: flat, uncompressed, PLAIN, data pages of version 2."""
    size = struct.unpack("<I", data[-8:-4])[0]
    footer = _Thrift(data, len(data) - 8 - size).struct()
    optional = {element[4].decode(): element.get(3) == 1 for element in footer[2][1:]}
    columns: Dict[str, List[Any]] = {name: [] for name in optional}
    for group in footer[4]:
        for column in group[1]:
            told = column[3]
            name = told[3][0].decode()
            reader = _Thrift(data, told[9])
            count = 0
            while count < told[5]:
                header = reader.struct()
                page = data[reader.at : reader.at + header[3]]
                reader.at += header[3]
                version2 = header[8]
                levels = version2[5]
                present = _bits_or_runs(page[:levels], version2[1]) if optional[name] else [1] * version2[1]
                values = iter(_plain_values(page[levels:], told[1], version2[1] - version2[2]))
                columns[name] += [next(values) if one else None for one in present]
                count += version2[1]
    return footer[3], columns


def _bits_or_runs(data: bytes, count: int) -> List[int]:
    """Definition levels 0 and 1 in the hybrid of runs and packed bits."""
    reader = _Thrift(data, 0)
    levels: List[int] = []
    while len(levels) < count:
        head = reader.varint()
        if head & 1:
            packed = np.frombuffer(data, np.uint8, head >> 1, reader.at)
            reader.at += head >> 1
            levels += np.unpackbits(packed, bitorder="little").tolist()
        else:
            levels += [data[reader.at]] * (head >> 1)
            reader.at += 1
    return levels[:count]


def _plain_values(data: bytes, kind: int, count: int) -> List[Any]:
    if kind == 0:
        return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[:count].astype(bool).tolist()
    if kind == 5:
        return np.frombuffer(data, "<f8", count).tolist()
    texts = []
    at = 0
    for _ in range(count):
        size = struct.unpack_from("<I", data, at)[0]
        texts.append(data[at + 4 : at + 4 + size].decode())
        at += 4 + size
    return texts


def _manifest(directory: Path) -> Dict[str, Any]:
    path = directory / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        advice = "Name the directory that was given to --out."
        raise MeanfieldError(f"{path}: cannot be read ({error.strerror}). {advice}") from error
    except ValueError as error:
        raise MeanfieldError(f"{path}: is not JSON ({error}). Run the experiment again with a new --out.") from error
    store = manifest.get("store") if isinstance(manifest, dict) else None
    if store != _STORE_FORMAT:
        advice = "Use the meanfield.py of the version that wrote it."
        raise MeanfieldError(f"{path}: must have store format {_STORE_FORMAT}, got {store}. {advice}")
    if manifest["status"] != "finished":
        advice = "Run the experiment again with the same --out."
        raise MeanfieldError(f"{directory}: run {manifest['id']} did not finish. {advice}")
    return manifest


def _stored_level(name: str, told: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Level:
    series = {}
    for key, description in told["series"].items():
        at = f"{name}/series/{key}"
        series[key] = Series(arrays[f"{at}/t"], arrays[f"{at}/value"], description["unit"], description["doc"])
    states = {state: arrays[f"{name}/{state}"] for state in told["states"]}
    ensemble = _stored_ensemble(name, told["ensemble"], arrays) if "ensemble" in told else None
    monitors = told.get("monitors", {})
    return Level(told["outcome"], arrays[f"{name}/t"], states, series, ensemble, monitors)


def _stored_ensemble(level: str, told: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Ensemble:
    series: Dict[str, Dict[str, Any]] = {}
    for name, description in told["series"].items():
        prefix = f"{level}/ensemble/{name}/"
        one: Dict[str, Any] = {"unit": description["unit"], "doc": description["doc"]}
        for key in arrays:
            if not key.startswith(prefix):
                continue
            first, _, rest = key[len(prefix) :].partition("/")
            if rest:
                one.setdefault(first, {})[rest] = arrays[key]
            else:
                one[first] = arrays[key]
        if "quantiles" in one:
            one["quantiles"]["rankError"] = description["quantiles"]["rankError"]
        series[name] = one
    return Ensemble(repeats=told["repeats"], ends=told["ends"], series=series)


def _stored_distance(pair: str, metric: str, told: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Distance:
    key = f"distances/{pair}/{metric}"
    null = None
    if "null" in told:
        null = {**{band: arrays[f"{key}/null/{band}"] for band in ("median", "low", "high")}, **told["null"]}
    return Distance(arrays[f"{key}/t"], arrays[f"{key}/value"], null, arrays[f"{key}/spread"])


def _array(value: Any) -> np.ndarray:
    return np.asarray(value, dtype=float)


def _from_answer(answer: Mapping[str, Any]) -> Run:
    """The run that `meanfield run --json` printed."""
    levels = {}
    for name, level in answer["levels"].items():
        series = {key: Series(_array(one["t"]), _array(one["value"])) for key, one in level["series"].items()}
        others = ("outcome", "events", "monitors", "approximation", "t", "series", "ensemble")
        states = {key: _array(value) for key, value in level.items() if key not in others}
        ensemble = _printed_ensemble(level["ensemble"]) if "ensemble" in level else None
        monitors = level.get("monitors", {})
        levels[name] = Level(level["outcome"], _array(level["t"]), states, series, ensemble, monitors)
    distances = {
        pair: {metric: _printed_distance(one) for metric, one in metrics.items()}
        for pair, metrics in answer["distances"].items()
    }
    return Run(
        id=answer["id"],
        spec=answer["spec"],
        backend=answer["backend"],
        levels=levels,
        distances=distances,
        expect=answer["expect"],
        attention=answer.get("attention", {}),
    )


def _printed_ensemble(one: Mapping[str, Any]) -> Ensemble:
    def arrays(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: arrays(item) for key, item in value.items()}
        return _array(value) if isinstance(value, list) else value

    series = {name: arrays(statistics) for name, statistics in one["series"].items()}
    return Ensemble(repeats=one["repeats"], ends=one["ends"], series=series)


def _printed_distance(one: Mapping[str, Any]) -> Distance:
    null = one.get("null")
    if null is not None:
        null = {key: _array(value) if isinstance(value, list) else value for key, value in null.items()}
    return Distance(_array(one["t"]), _array(one["value"]), null)


def _command(command: Optional[Command]) -> List[str]:
    if command is None:
        command = os.environ.get("MEANFIELD") or None
    if command is None:
        found = shutil.which("meanfield")
        if found:
            return [found]
        checkout = Path(__file__).resolve().parent.parent / "packages" / "cli" / "bin" / "meanfield.js"
        if checkout.exists():
            return ["node", str(checkout)]
        raise MeanfieldError("meanfield: no such command. Install Meanfield, or set MEANFIELD to its command.")
    if isinstance(command, str):
        return [command] if shutil.which(command) else shlex.split(command, posix=os.name != "nt")
    return list(command)


def _plain(value: Any) -> Any:
    """The value as JSON can say it; relative `file` references become absolute, since the file is written elsewhere."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        plain = {str(key): _plain(item) for key, item in value.items()}
        if isinstance(plain.get("file"), str):
            plain["file"] = os.path.abspath(plain["file"])
        return plain
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _dumps(value: Any) -> str:
    try:
        return json.dumps(_plain(value), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise MeanfieldError(f"experiment: must be made of numbers, texts, lists and dictionaries: {error}.") from error


def _answer(
    verb: str,
    spec_or_path: Spec,
    options: List[str],
    changes: Optional[Mapping[str, Any]],
    command: Optional[Command],
) -> Dict[str, Any]:
    """What `meanfield VERB FILE --json` prints."""
    for path, value in (changes or {}).items():
        options = [*options, "--set", f"{path}={value if isinstance(value, str) else _dumps(value)}"]
    start = _command(command)
    if not isinstance(spec_or_path, Mapping):
        return _call([*start, verb, os.fspath(spec_or_path), *options, "--json"], verb)
    text = _dumps(spec_or_path)
    with tempfile.TemporaryDirectory(prefix="meanfield-") as directory:
        path = os.path.join(directory, "experiment.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return _call([*start, verb, path, *options, "--json"], verb)


def _call(arguments: List[str], verb: str) -> Dict[str, Any]:
    try:
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    except OSError as error:
        raise MeanfieldError(f"{arguments[0]}: cannot be started ({error.strerror}).") from error
    if done.returncode not in (0, _EXPECTATION_NOT_MET) or not done.stdout.strip():
        message = done.stderr.strip() or f"meanfield {verb} ended with exit code {done.returncode} and said nothing"
        raise MeanfieldError(message, done.returncode)
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        message = f"meanfield {verb} printed something else than JSON: {done.stdout[:200]!r}"
        raise MeanfieldError(message, done.returncode) from error
