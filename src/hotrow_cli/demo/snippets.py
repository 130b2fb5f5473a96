"""Files to snippets: stretches of words of one length."""

from collections.abc import Collection, Sequence

from hotrow_cli.demo.corpus import LEAST_WORDS, SourceFile

LENGTH = 64
MOST_PER_FILE = 30

Snippet = tuple[str, ...]


def cut(
    words: Sequence[str],
    length: int = LENGTH,
    least: int = LEAST_WORDS,
    most: int = MOST_PER_FILE,
) -> list[Snippet]:
    """Cuts `words` into snippets that do not overlap.

    Args:
        words: The words of a file.
        length: Words in a snippet. The last one may be shorter.
        least: A last snippet of fewer words is left out.
        most: Maximum number of snippets; of more, so many are kept, evenly spread.
    """
    starts = range(0, max(0, len(words) - least + 1), length)
    snippets = [tuple(words[start : start + length]) for start in starts]
    if len(snippets) <= most:
        return snippets
    return [snippets[place * len(snippets) // most] for place in range(most)]


def labeled(
    files: Sequence[SourceFile],
    packages: Sequence[str],
    taken: Collection[Snippet] = (),
) -> tuple[list[Snippet], list[int]]:
    """Returns the snippets of `files`, and the place of each one's package.

    Args:
        files: Files of those packages.
        packages: The names of the packages.
        taken: Snippets to leave out. Another file may hold the same words; to test on
            a snippet that was trained on would flatter the model.
    """
    places = {name: place for place, name in enumerate(packages)}
    snippets: list[Snippet] = []
    labels: list[int] = []
    for file in files:
        found = [snippet for snippet in cut(file.words) if snippet not in taken]
        snippets += found
        labels += [places[file.package]] * len(found)
    return snippets, labels
