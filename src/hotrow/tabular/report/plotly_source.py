"""The plotting library that a page brings along."""


def plotly_source() -> str:
    """Returns the JavaScript of plotly.js, which the package plotly carries.

    Raises:
        ImportError: If plotly is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs
    except ImportError as error:
        raise ImportError(
            "a report draws its charts with the package plotly, which is not "
            "installed. Run `pip install 'hotrow[report]'` and write the report again."
        ) from error
    source: str = get_plotlyjs()
    return source
