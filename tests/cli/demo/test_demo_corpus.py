import pytest

from hotrow_cli.demo import corpus
from hotrow_cli.demo.corpus import SourceFile
from hotrow_cli.demo.errors import DemoError

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def library():
    return corpus.read_files(corpus.standard_library())


def long_text(*words):
    return "\n".join([*words] + ["filler"] * corpus.LEAST_WORDS)


def write(root, files):
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")


def files_of(**counts):
    return [
        SourceFile(package, f"{package}/{place}.py", (package, str(place)))
        for package, count in counts.items()
        for place in range(count)
    ]


def test_what_is_read(tmp_path):
    write(
        tmp_path,
        {
            "pack/__init__.py": "",
            "pack/good.py": long_text("good", "pack", "packet"),
            "pack/sub/deep.py": long_text("deep"),
            "pack/copy.py": long_text("good"),
            "pack/short.py": "a = b",
            "pack/broken.py": long_text("x") + "\n(",
            "pack/latin.py": long_text("x").encode() + b"\n'\xe9'",
            "pack/declared.py": b"# coding: latin-1\n"
            + long_text("y").encode()
            + b"\n'\xe9'",
            "pack/odd_coding.py": b"# coding: nonesuch\n" + long_text("z").encode(),
            "pack/test/test_it.py": long_text("t"),
            "pack/tests/test_it.py": long_text("t"),
            "pack/idle_test/test_it.py": long_text("t"),
            "test/__init__.py": long_text("t"),
            "site-packages/__init__.py": long_text("t"),
            "site-packages/other/__init__.py": long_text("t"),
            "flat.py": long_text("flat"),
            "folder/no_package.py": long_text("t"),
        },
    )
    files = corpus.read_files(tmp_path)
    # copy.py comes first by path, and good.py has the same words: "pack" is forbidden.
    assert [file.path for file in files] == [
        "pack/copy.py",
        "pack/declared.py",
        "pack/sub/deep.py",
    ]
    assert {file.package for file in files} == {"pack"}
    assert files[0].words[:2] == ("good", "filler")


def test_a_missing_library_is_an_error(tmp_path):
    with pytest.raises(DemoError, match=r"cannot be read: No such file.*Run the demo"):
        corpus.read_files(tmp_path / "none")


def test_no_word_gives_its_package_away(library):
    packages = {file.package for file in library}
    words = {word for file in library for word in file.words}
    assert not words & packages
    long_names = [name for name in packages if len(name) > 2]
    assert not [word for word in words for name in long_names if name in word]


def test_this_python_has_enough_packages(library):
    packages = corpus.choose_packages(library, most_files=6, seed=0)
    assert len(packages) >= 15
    assert {"asyncio", "email", "unittest"} <= set(packages)
    assert all(3 <= len(files) <= 6 for files in packages.values())


@pytest.mark.parametrize("seed", [0, 1])
def test_the_split_is_by_file_and_covers_every_package(library, seed):
    packages = corpus.choose_packages(library, most_files=40, seed=seed)
    split = corpus.split_by_file(packages)
    parts = [split.train, split.validation, split.test]
    paths = [{file.path for file in part} for part in parts]
    # As many paths as files: none is there twice.
    assert sum(map(len, parts)) == sum(map(len, packages.values()))
    assert len(set().union(*paths)) == sum(map(len, parts))
    for part in parts:
        assert {file.package for file in part} == set(packages)


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(3, (1, 1, 1)), (5, (3, 1, 1)), (8, (4, 2, 2)), (10, (6, 2, 2))],
)
def test_sizes_of_the_parts(count, sizes):
    split = corpus.split_by_file({"a": files_of(a=count)})
    assert (len(split.train), len(split.validation), len(split.test)) == sizes


def test_the_choice_depends_on_the_seed_and_not_on_the_order():
    files = files_of(**{f"p{place}": 9 for place in range(15)})
    first = corpus.choose_packages(files, 4, seed=3)
    assert corpus.choose_packages(files[::-1], 4, seed=3) == first
    assert corpus.choose_packages(files, 4, seed=4) != first
    assert list(first) == sorted(first)


@pytest.mark.parametrize("least", [5, 4, 3])
def test_small_packages_are_taken_only_if_there_are_too_few_others(least):
    common = {f"p{place}": least for place in range(15)}
    chosen = corpus.choose_packages(files_of(**common, small=least - 1), 40, seed=0)
    assert set(chosen) == set(common)


def test_a_stripped_library_is_an_error():
    files = files_of(**{f"p{place}": 3 for place in range(14)}, small=2)
    with pytest.raises(
        DemoError, match=r"stripped: 14 packages.*needs 15.*full Python"
    ):
        corpus.choose_packages(files, 40, seed=0)
