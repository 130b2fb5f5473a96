import pytest

from hotrow_cli.backends import choose_backend, is_installed
from hotrow_cli.errors import CommandError

pytestmark = pytest.mark.once


def choose(requested=None, variable=None, installed=("tensorflow", "torch")):
    environment = {} if variable is None else {"KERAS_BACKEND": variable}
    return choose_backend(requested, environment, installed.__contains__)


@pytest.mark.parametrize(
    ("requested", "variable", "chosen"),
    [
        (None, None, "tensorflow"),
        (None, "", "tensorflow"),
        (None, "torch", "torch"),
        ("tensorflow", "torch", "tensorflow"),
        ("tensorflow", "nonesuch", "tensorflow"),
    ],
)
def test_the_choice(requested, variable, chosen):
    assert choose(requested, variable) == chosen


@pytest.mark.parametrize(
    ("requested", "variable", "text"),
    [
        ("jax", None, "'jax', from --backend, is not installed"),
        (None, "jax", "'jax', from KERAS_BACKEND, is not installed"),
        (None, "numpy", "'numpy', from KERAS_BACKEND, is none that Hotrow runs on"),
    ],
)
def test_a_backend_that_will_not_do(requested, variable, text):
    with pytest.raises(CommandError) as caught:
        choose(requested, variable)
    assert text in str(caught.value)
    assert "Installed: tensorflow, torch." in str(caught.value)
    assert "KERAS_BACKEND=tensorflow" in str(caught.value)


def test_no_backend_at_all():
    with pytest.raises(
        CommandError, match=r"no Keras backend is installed.*pip install"
    ):
        choose(installed=())


def test_is_installed():
    assert is_installed("json")
    assert not is_installed("nonesuch_package")
