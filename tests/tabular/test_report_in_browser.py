"""A person's use of a report: look, search, click, with a mouse or with the keys."""

import browser
import numpy as np
import PIL.Image
import pytest
from report_examples import JOBS, binary, multiclass, regression, vectors
from test_report import hostile_results, hostile_vectors

from hotrow.tabular.report import maps, write_report

pytestmark = [pytest.mark.slow, pytest.mark.once]

# Names that differ in case only, that contain each other, and enough for neighbors.
NAMES = [*JOBS, "sales", "Sales, retail", *(f"job {place}" for place in range(33))]


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    driver = browser.start(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture
def open_page(driver, tmp_path):
    def opened(results, maps, width=1280, night=False):
        path = tmp_path / "report.html"
        write_report(path, results, maps)
        browser.resize(driver, width)
        browser.by_night(driver, night)
        driver.get_log("browser")
        browser.requests(driver)
        driver.get(path.as_uri())
        wait(driver, "return document.body.dataset.drawn === 'yes'")
        return driver

    return opened


def wait(driver, condition):
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 30).until(lambda d: d.execute_script(condition))


def text(driver, name):
    return driver.find_element("id", name).text


def names_near(driver):
    buttons = driver.find_elements("css selector", "#map-near-list button")
    return [button.text for button in buttons]


def oracle(column, name, count=10):
    """The nearest values by cosine, by NumPy."""
    unit = column.matrix / np.linalg.norm(column.matrix, axis=1, keepdims=True)
    row = column.tokens.index(name)
    order = np.argsort(-(unit @ unit[row]), kind="stable")
    return [column.tokens[other] for other in order if other != row][:count]


def search(driver, query):
    from selenium.webdriver.common.keys import Keys

    field = driver.find_element("id", "map-query")
    field.clear()
    field.send_keys(query + Keys.ENTER)


@pytest.fixture
def jobs():
    return vectors(len(NAMES), 6, tokens=NAMES)


@pytest.mark.parametrize(
    ("results", "width", "night"),
    [
        (binary, 1280, False),
        (binary, 400, False),
        (multiclass, 400, True),
        (regression, 1280, True),
    ],
)
def test_a_page_renders(open_page, jobs, tmp_path, results, width, night):
    driver = open_page(results(), {"job": jobs, "zip": vectors(900, 8)}, width, night)
    assert driver.get_log("browser") == []
    asked = browser.requests(driver)
    assert asked[0].startswith("file:")
    assert not [address for address in asked if address.startswith(("http", "ws"))]
    assert (
        driver.execute_script(
            "return performance.getEntriesByType('resource').map((entry) => entry.name)"
        )
        == []
    )
    # Nothing but what scrolls by itself is wider than the page.
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    places = driver.find_elements("css selector", ".plot")
    assert len(places) >= 4
    for place in places:
        assert place.find_elements("css selector", "svg.main-svg")
        assert place.get_attribute("role") == "img"
    picture = tmp_path / "page.png"
    assert driver.save_screenshot(str(picture))
    pixels = np.asarray(PIL.Image.open(picture)) / 255
    assert pixels.shape[:2] == (900, width)
    brightness = pixels[..., :3].mean(axis=2)
    # Text on paper: mostly paper, which is dark at night, and some ink.
    assert (np.median(brightness) < 0.3) == night
    assert 0.01 < np.mean(np.abs(brightness - np.median(brightness)) > 0.2) < 0.5


def test_the_search_finds_a_value_and_its_neighbors(open_page, jobs):
    driver = open_page(binary(), {"job": jobs})
    assert text(driver, "map-near-title") == "Nearest to Sales"
    search(driver, "  CRAFT-rePAIR ")
    assert text(driver, "map-near-title") == "Nearest to Craft-repair"
    assert names_near(driver) == oracle(jobs, "Craft-repair")
    assert "training rows" in text(driver, "map-near-count")
    assert text(driver, "map-status") == "Craft-repair is marked in the map."
    marked = driver.execute_script(
        "const map = document.getElementById('map');"
        "return [map.data[2].x[0], map.data[0].x[1], map.data[1].x.length]"
    )
    assert marked == [marked[1], marked[1], 10]
    # Spelled as another value is, and then as itself.
    search(driver, "sales")
    assert text(driver, "map-near-title") == "Nearest to sales"
    search(driver, "Sales")
    assert text(driver, "map-near-title") == "Nearest to Sales"


def test_the_search_says_what_it_does_not_find(open_page, jobs):
    driver = open_page(binary(), {"job": jobs})
    search(driver, "butcher")
    assert text(driver, "map-status") == 'None of the values contains "butcher".'
    search(driver, "ales")
    assert text(driver, "map-status").startswith('3 of the values contain "ales"')
    driver.find_elements("css selector", "#map-status button")[2].click()
    assert text(driver, "map-near-title") == "Nearest to Sales, retail"
    search(driver, "retail")
    assert text(driver, "map-near-title") == "Nearest to Sales, retail"
    search(driver, "")
    assert text(driver, "map-status").startswith("Type a value")
    options = driver.execute_script(
        "return Array.from(document.getElementById('map-values').options,"
        " (option) => option.value)"
    )
    assert options == NAMES


def test_the_keyboard_is_enough(open_page, jobs):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    driver = open_page(binary(), {"job": jobs})
    search(driver, "Craft-repair")
    nearest = names_near(driver)[0]
    # From the field past its button to the map's list.
    for _ in range(8):
        ActionChains(driver).send_keys(Keys.TAB).perform()
        if driver.switch_to.active_element.text == nearest:
            break
    ActionChains(driver).send_keys(Keys.ENTER).perform()
    assert text(driver, "map-near-title") == f"Nearest to {nearest}"
    assert driver.switch_to.active_element.get_attribute("id") == "map-near-title"
    assert names_near(driver) == oracle(jobs, nearest)


def test_a_click_on_a_point(open_page, jobs):
    from selenium.webdriver.common.action_chains import ActionChains

    driver = open_page(binary(), {"job": jobs})
    points = driver.find_elements("css selector", "#map .trace:first-child .point")
    assert len(points) == len(NAMES)
    ActionChains(driver).move_to_element(points[20]).pause(0.2).click().perform()
    wait(
        driver,
        "return document.getElementById('map-near-title').textContent !== "
        "'Nearest to Sales'",
    )
    chosen = text(driver, "map-near-title").removeprefix("Nearest to ")
    assert names_near(driver) == oracle(jobs, chosen)
    # Hovering shows the name and in how many rows it is.
    hover = driver.find_element("css selector", "#map .hoverlayer").text
    assert chosen in hover
    assert "training rows" in hover


def test_another_column_and_a_change_to_night(open_page, jobs, monkeypatch):
    from selenium.webdriver.support.ui import Select

    monkeypatch.setattr(maps, "SHOWN", 100)
    driver = open_page(binary(), {"job": jobs, "zip": vectors(1100, 8)})
    Select(driver.find_element("id", "map-column")).select_by_index(1)
    assert text(driver, "map-near-title") == "Nearest to value 0"
    wait(driver, "return document.getElementById('map').data[0].x.length === 100")
    assert text(driver, "map-reading").startswith(
        "The 100 most frequent of 1,100 values"
    )
    search(driver, "value 1050")
    assert text(driver, "map-status").startswith("None of the 100 most frequent")
    ink = "return document.getElementById('map').layout.font.color"
    day = driver.execute_script(ink)
    browser.by_night(driver, True)
    wait(driver, f"{ink.replace('return', 'return (')}) !== {day!r}")


def test_a_switch_to_umap(open_page, jobs, monkeypatch):
    points = np.arange(2 * len(NAMES), dtype="float32").reshape(-1, 2)
    monkeypatch.setattr(maps, "umap_points", lambda tables: {"job": points})
    driver = open_page(binary(), {"job": jobs})
    driver.find_element("css selector", "input[value=umap]").click()
    wait(driver, "return document.getElementById('map').data[0].x[1] === 2")
    title = "return document.getElementById('map').layout.xaxis.title.text"
    assert driver.execute_script(title) == "UMAP, first axis"
    driver.find_element("css selector", "input[value=pca]").click()
    wait(driver, "return document.getElementById('map').data[0].x[1] !== 2")


def test_values_of_the_data_do_nothing(open_page):
    driver = open_page(hostile_results(), hostile_vectors())
    for query in ("script", "bold", "<b>bold</b>", "right"):
        search(driver, query)
    assert text(driver, "map-near-title").endswith("right to left")
    assert driver.title.endswith("Hotrow report")
    assert driver.find_elements("css selector", "img, main b > b, svg a") == []
    # A word in bold would be the data's doing.
    labels = driver.execute_script(
        "return Array.from(document.querySelectorAll('svg tspan'),"
        " (part) => part.getAttribute('style') || '').join()"
    )
    assert "bold" not in labels
    assert driver.get_log("browser") == []
    browser.resize(driver, 400)
    wait(driver, "return document.documentElement.scrollWidth <= 400")
