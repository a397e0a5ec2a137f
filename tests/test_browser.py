"""The notebooks as an analyst sees them: JupyterLab in a real browser, in a copy of the project.

Needs Debian's packages chromium and chromium-driver; nothing is downloaded.
"""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import nbformat
import pandas as pd
import pytest
from conftest import ROOT
from nbformat.sign import NotebookNotary

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER),
        reason="no Chromium here: apt-get install chromium chromium-driver",
    ),
]
# In a container: root has no sandbox, /dev/shm is small. Nothing is fetched from outside.
OPTIONS = [
    "headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "disable-quic",
    "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
]  # fmt: skip
QUIET = {  # in Vietnamese as cchc-lab has it; no news, no look for updates
    "translation-extension/plugin": {"locale": "vi_VN"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}
PANEL = "const panel = window.jupyterapp.shell.currentWidget;"


TWO_SCORES = "Đơn vị;Điểm tự chấm;Điểm thẩm định\nPhòng A;91,5;90\nPhòng B;80;85\n"


def wait_for(what, is_done, seconds=150):
    """Return what `is_done` returns, once it is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := is_done():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s for {what}")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Copy the project, and put another table into its data/."""
    home = tmp_path_factory.mktemp("browser") / "dự án"
    made = shutil.ignore_patterns(".git", ".venv*", ".*cache", "__pycache__", "reports", "uploads")
    shutil.copytree(ROOT, home, ignore=made)
    table = {"Tên đơn vị": ["Sở Nội vụ", "Sở Tư pháp", "Thanh tra tỉnh"], "Điểm": [63.5, 56, None]}
    table = pd.DataFrame(table).assign(**{"Điểm tối đa": 70})
    table.to_excel(home / "data" / "bảng của tôi.xlsx", index=False)
    (home / "data" / "hai cột.csv").write_text(TWO_SCORES, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def lab(project, tmp_path_factory):
    """Start JupyterLab with settings of its own, and return its address."""
    own = tmp_path_factory.mktemp("jupyter")
    for name, settings in QUIET.items():
        file = own / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    places = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }  # fmt: skip
    environment = os.environ | {name: str(own / folder) for name, folder in places.items()}
    environment.pop("MPLBACKEND", None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--IdentityProvider.token=t", "--expose-app-in-browser",
        f"--ServerApp.root_dir={project}",
    ]  # fmt: skip
    (own / "data").mkdir()
    notary = NotebookNotary(data_dir=str(own / "data"))
    for path in (project / "notebooks").glob("*.ipynb"):  # trusted, as if they had been run here
        notary.sign(nbformat.read(path, 4))
    notary.store.close()
    with (own / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=project, env=environment, stdout=log, stderr=log)
    try:

        def answers():
            assert server.poll() is None, (own / "log").read_text(encoding="utf-8")
            with socket.socket() as knock:
                return knock.connect_ex(("127.0.0.1", port)) == 0

        wait_for("JupyterLab to start", answers)
        yield f"http://127.0.0.1:{port}/lab/tree/notebooks/{{}}.ipynb?reset&token=t"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in [*OPTIONS, f"user-data-dir={tmp_path_factory.mktemp('profile')}"]:
        options.add_argument(f"--{option}")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


class Page:
    """One notebook, open in JupyterLab."""

    def __init__(self, browser, lab, project, name):
        self.browser, self.file = browser, project / "notebooks" / f"{name}.ipynb"
        opened = self.js(  # beside the one before: to load JupyterLab anew takes seconds
            "window.jupyterapp.commands.execute('docmanager:open', {path: arguments[0]});"
            "return true;",
            f"notebooks/{name}.ipynb",
        )  # fmt: skip
        if not opened:
            browser.get(lab.format(name))
        # Not before the kernel answers: a restart that comes earlier may be lost.
        ready = (
            "return panel?.context?.path === arguments[0]"
            " && panel.sessionContext?.session?.kernel?.status === 'idle'"
            " && panel.sessionContext.isReady && panel.context.isReady"
        )
        wait_for(f"{name} to open", lambda: self.js(ready, f"notebooks/{name}.ipynb"))

    def js(self, script, *arguments):
        app = "if (!window.jupyterapp?.shell?.currentWidget) return null;"
        return self.browser.execute_script(app + PANEL + script, *arguments)

    def run(self):
        """Restart Kernel and Run All Cells, wait until all is done, save; return the notebook."""
        self.js(
            "window.ran = false; window.jupyterapp.commands.execute('notebook:restart-run-all')"
            ".finally(() => { window.ran = true; })"
        )
        accept = "document.querySelector('.jp-Dialog .jp-mod-accept')"
        wait_for("the dialog", lambda: self.js(f"return !!{accept}"))
        self.js(f"{accept}.click()")
        idle = "return window.ran && panel.sessionContext.session.kernel.status === 'idle'"
        wait_for("the kernel", lambda: self.js(idle))
        return self.saved()

    def saved(self):
        """Save the notebook and return it as it is on disk: JupyterLab draws only a part of it."""
        self.js(
            "window.saved = false; window.jupyterapp.commands.execute('docmanager:save')"
            ".finally(() => { window.saved = true; })"
        )
        wait_for("the saved file", lambda: self.js("return window.saved"))
        return nbformat.read(self.file, 4)

    def change(self, name, code):
        """Change the one line of the first code cell that gives this parameter."""
        self.js(
            "const cell = panel.content.model.cells.get(1).sharedModel;"
            "const line = new RegExp(`^${arguments[0]} = .*$`, 'm');"
            "const code = `${arguments[0]} = ${arguments[1]}`;"
            "cell.setSource(cell.getSource().replace(line, () => code));",
            name, code,
        )  # fmt: skip

    def look(self, *, dark, width):
        """Show the page in a theme of JupyterLab, and in a window of some width."""
        self.browser.set_window_size(width, 1000)
        theme = f"JupyterLab {'Dark' if dark else 'Light'}"
        self.js(
            "const {commands, shell} = window.jupyterapp;"
            "arguments[1] < 1000 ? shell.collapseLeft() : shell.expandLeft();"
            "commands.execute('apputils:change-theme', {theme: arguments[0]});",
            theme, width,
        )  # fmt: skip
        is_on = (
            "return document.body.dataset.jpThemeName === arguments[0]"
            " && !document.querySelector('#jupyterlab-splash')"
        )
        wait_for(theme, lambda: self.js(is_on, theme))

    def seen(self, at):
        """Scroll to the outputs of a cell and return what is on the page of them."""
        self.js("panel.content.scrollToItem(arguments[0], 'start')", at)
        return wait_for(f"cell {at} to be drawn", lambda: self.js(SEEN, at), 20)


# What of a cell is on the page: each picture with the text that stands under it, texts that are
# too pale to read (their contrast), and what sticks out without a way to scroll there.
SEEN = """
const cell = panel.content.widgets[arguments[0]];
if (!cell?.isAttached || !cell.node.querySelector('.jp-OutputArea-output')) return null;
const images = [...cell.node.querySelectorAll('.jp-RenderedImage img')];
const drawn = cell.node.querySelectorAll('.jp-OutputArea-child').length;
if (drawn < cell.model.outputs.length) return null;
if (images.some(image => !image.complete || !image.getBoundingClientRect().width)) return null;
const rgba = colour => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
const below = node => {
  for (; node; node = node.parentElement) {
    const colour = rgba(getComputedStyle(node).backgroundColor);
    if (colour.length === 3 || colour[3] > 0.9) return colour;
  }
  return [255, 255, 255];
};
const outputs = [...cell.node.querySelectorAll('.jp-OutputArea-output')];
const texts = outputs.flatMap(output => [output, ...output.querySelectorAll('*')]).filter(node =>
  !['STYLE', 'SCRIPT', 'OPTION'].includes(node.tagName) && node.getBoundingClientRect().width
  && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
const pale = texts.map(node => {
  const [one, other] = [light(rgba(getComputedStyle(node).color)), light(below(node))];
  const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  return [contrast, node.textContent.trim().slice(0, 40)];
}).filter(([contrast]) => contrast < 4.5);
const scrolls = node => ['auto', 'scroll'].includes(getComputedStyle(node).overflowX);
const cut = outputs.filter(output => !scrolls(output)
  && output.scrollWidth > output.clientWidth + 1).map(output => output.textContent.slice(0, 40));
const charts = images.map(image => {
  const output = image.closest('.jp-OutputArea-child'), under = output.nextElementSibling;
  return {
    scale: image.getBoundingClientRect().width / image.naturalWidth,
    under: under?.querySelector('.jp-OutputArea-output')?.innerText.trim() ?? '',
    gap: under ? under.getBoundingClientRect().top - image.getBoundingClientRect().bottom : null,
  };
});
if (charts.some(chart => !chart.under)) return null;
return {charts, pale, cut};
"""


def messy():
    """Return a workbook with lines above its header, two blocks, and a signature below."""
    rows = [
        ["UBND TỈNH X", None, None], ["KẾT QUẢ CẢI CÁCH HÀNH CHÍNH", None, None],
        ["STT", "Đơn vị", "Điểm"], ["I", "Khối sở", None], [1, "Sở A", 90], [2, "Sở B", "85,5"],
        ["II", "Khối huyện", None], [1, "Huyện C", 70], [None, None, "Người lập biểu"],
    ]  # fmt: skip
    book = io.BytesIO()
    pd.DataFrame(rows).to_excel(book, index=False, header=False)
    return book.getvalue()


def said_of(cell):
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)


def code_of(notebook):
    return {at: cell for at, cell in enumerate(notebook.cells) if cell.cell_type == "code"}


def said_by(cell):
    shown = [o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
    return "".join(shown)


def check_ran(notebook, project, stem):
    """Check the saved notebook: all ran, no error, charts with alt text, files where it says."""
    cells = code_of(notebook).values()
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]
    files = [
        line for cell in cells for line in said_by(cell).splitlines() if line[:8] == "reports/"
    ]
    assert all(path.startswith(f"reports/{stem}/") for path in files)
    assert all((project / path).stat().st_size > 1000 for path in files)
    return files


def check_seen(page, notebook):
    """Check on the page: every chart is there, whole, its alt text under it, all of it legible."""
    count = 0
    for at, cell in code_of(notebook).items():
        if not cell.outputs:
            continue
        seen = page.seen(at)
        assert seen["pale"] == []
        assert seen["cut"] == []
        pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        assert len(seen["charts"]) == len(pictures)
        for chart in seen["charts"]:
            assert re.search("Biểu đồ|Bản đồ nhiệt", chart["under"])
            assert chart["gap"] >= 0
            assert chart["scale"] > 0.8
        count += len(pictures)
    assert count


OTHERS = ["02-grades", "03-compare-units", "04-years", "05-blocks", "06-fields", "07-report"]


@pytest.mark.parametrize("name", OTHERS)  # that each runs and gives what is committed, nbval tests
def test_what_a_notebook_shows_is_legible(name, browser, lab, project):
    page = Page(browser, lab, project, name)
    page.look(dark=True, width=1000)
    check_seen(page, nbformat.read(page.file, 4))


def test_a_notebook_runs_untouched_and_after_a_change(browser, lab, project):
    page = Page(browser, lab, project, "01-ranking")
    notebook = page.run()
    assert check_ran(notebook, project, "cchc-2020")
    page.look(dark=True, width=1000)
    check_seen(page, notebook)
    assert "Chạy" in page.js("return document.querySelector('.lm-MenuBar').innerText")
    place = (project / "data" / "bảng của tôi.xlsx").as_uri()
    page.change("FILE", json.dumps(place))
    assert check_ran(page.run(), project, "bảng của tôi")
    page.change("FILE", '"data/hai cột.csv"')  # other refusals: test_notebooks.py
    _, cell, *later = code_of(page.run()).values()
    box, error = cell.outputs
    assert 'COLUMNS = {"score": ' in box.data["text/plain"]
    assert error.output_type == "error"
    assert not [output for one in later for output in one.outputs], "Run All stops there"
    shown = page.js("return [...panel.node.querySelectorAll('[role=alert]')].map(b => b.innerText)")
    assert shown == [box.data["text/plain"]]
    assert "Traceback" not in page.js("return panel.node.innerText")


def test_the_first_notebook_is_worked_by_keyboard_and_takes_a_file(browser, lab, project):
    from selenium.webdriver import ActionChains, Keys
    from selenium.webdriver.common.by import By

    page = Page(browser, lab, project, "00-start-here")
    notebook = page.run()
    assert check_ran(notebook, project, "") == []
    check_seen(page, notebook)

    def press(*keys):
        ActionChains(browser).send_keys(*keys).perform()

    def focused():
        """Return the label of the field that has the focus, or the words of the button."""
        return page.js(
            "const on = document.activeElement;"
            "return on.closest('.jupyter-widgets.widget-inline-hbox')?.querySelector('label')"
            "?.textContent || on.textContent.trim();"
        )

    def go_to(label):
        page.seen(2)
        page.js("panel.content.activeCellIndex = 2; panel.content.node.focus();")
        press(Keys.ESCAPE)
        for _ in range(20):
            if focused().startswith(label):
                return
            press(Keys.TAB)
        raise AssertionError(f"Tab does not reach {label!r}")

    def words():
        return (
            page.js("return panel.node.querySelector('[role=status], [role=alert]')?.innerText")
            or ""
        )

    go_to("Tệp")
    press("bảng")
    wait_for("the chosen file", lambda: words().startswith("bảng của tôi.xlsx: 3 đơn vị, 2 đơn vị"))
    go_to("Đơn vị")
    press("Sở T")
    wait_for("the unit", lambda: "so với Sở Tư pháp" in said_by(page.saved().cells[10]))

    def open_link(button, ending):
        go_to(button)
        press(Keys.SPACE)
        find = (
            "return [...panel.node.querySelectorAll('a[target=_blank]')].map(a => a.href)"
            ".find(href => href.includes('/files/') && href.includes(arguments[0])) ?? null"
        )
        link = wait_for(button, lambda: page.js(find, ending))
        got = (
            "const request = new XMLHttpRequest(); request.open('GET', arguments[0], false);"
            "request.send(); return request.status;"
        )
        assert page.js(got, link) == 200

    open_link("Viết báo cáo", ".docx")
    assert words().startswith("Đã ghi")
    report = project / "reports" / "bảng của tôi" / "start-report.docx"
    assert report.stat().st_size > 10_000

    notebook = page.saved()
    assert "Sở Nội vụ" in said_by(notebook.cells[4])
    check_seen(page, notebook)
    (project.parent / "ngoài").mkdir()
    given = project.parent / "ngoài" / "Bảng: mới.csv"
    given.write_text("Đơn vị;Điểm\nPhòng A;91,5\nPhòng B;80\n", encoding="utf-8-sig")
    page.js(  # no dialog of the system, which no driver can work; a click empties the field
        "HTMLInputElement.prototype.click = function () {"
        "  document.body.append(this);"
        "  this.dispatchEvent(new Event('click'));"
        "};"
    )
    go_to("Tải tệp lên")
    press(Keys.SPACE)
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(given))
    wait_for("the uploaded file", lambda: "mới.csv: 2 đơn vị" in words())
    (kept,) = (project / "uploads").iterdir()
    assert kept.read_bytes() == given.read_bytes()
    chosen = page.js(
        "const fields = panel.node.querySelectorAll('.jupyter-widgets select');"
        "return [...fields].map(field => field.selectedIndex);"
    )
    assert min(chosen) >= 0, "no field is blank"
    kept.write_text("Đơn vị;Điểm\nPhòng A;91,5\nPhòng B;80\nPhòng C;70\n", encoding="utf-8-sig")
    go_to("Đọc lại")
    press(Keys.SPACE)
    wait_for("the corrected file", lambda: "mới.csv: 3 đơn vị" in words())
    go_to("Tải tệp lên")
    press(Keys.SPACE)
    browser.find_element(By.CSS_SELECTOR, "input[type=file]").send_keys(str(given))
    wait_for("the same file again", lambda: "mới-2.csv: 2 đơn vị" in words())
    page.look(dark=True, width=1000)

    def give(name, data):
        (project.parent / "ngoài" / name).write_bytes(data)
        go_to("Tải tệp lên")
        press(Keys.SPACE)
        chooser = browser.find_element(By.CSS_SELECTOR, "input[type=file]")
        chooser.send_keys(str(project.parent / "ngoài" / name))

    give("lộn xộn.xlsx", messy())
    wait_for("the messy workbook", lambda: "lộn xộn.xlsx: 3 đơn vị, 3 đơn vị" in words())
    give("hai.csv", TWO_SCORES.encode())
    wait_for("the question", lambda: 'ô "Cột điểm"' in words())
    assert words().startswith("hai.csv: "), "a question is no error"
    go_to("Cột điểm")
    press("Điểm th")
    wait_for("the chosen column", lambda: words().startswith("hai.csv: 2 đơn vị"))
    wait_for("its table", lambda: "90,00" in said_of(page.saved().cells[6]))
    open_link("Viết sổ Excel", ".xlsx")
    open_link("Xuất biểu đồ", ".png")
    give("hỏng.xlsx", b"x")
    wait_for("the sentence", lambda: "Tệp này không được giữ lại." in words())
    assert not (project / "uploads" / "hỏng.xlsx").exists()
    check_seen(page, page.saved())
