function trouble(text) {
  const place = document.getElementById("trouble");
  place.textContent = text;
  place.hidden = false;
}

async function drawAll() {
  await drawCharts();
  if (explorer) await explorer.draw();
}

let explorer = null;

async function start() {
  if (typeof DecompressionStream === "undefined") {
    trouble(
      "This browser is too old to draw the charts and the map. The tables are complete. " +
        "Open the page in a browser of 2023 or later.",
    );
    return;
  }
  await loadPlotly();
  const maps = data("maps");
  if (maps.length) explorer = new Explorer(maps);
  await drawAll();
  const night = matchMedia("(prefers-color-scheme: dark)");
  night.addEventListener("change", drawAll);
  document.body.dataset.drawn = "yes";
}

start().catch((error) => {
  trouble("The charts could not be drawn: " + error.message);
  throw error;
});
