"use strict";

// What both charts and the map need: data, colors, and plotly.js itself.

function data(name) {
  return JSON.parse(document.getElementById(name + "-data").textContent);
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// plotly.js is kept compressed. A script element with its text runs at once.
async function loadPlotly() {
  const packed = bytes(document.getElementById("library-data").textContent);
  const stream = new Blob([packed]).stream();
  const whole = stream.pipeThrough(new DecompressionStream("deflate"));
  const script = document.createElement("script");
  script.textContent = await new Response(whole).text();
  document.head.append(script);
}

// Colors come from the style sheet, which has one set for the day and one for the night.
function shade(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

function shaded(part) {
  if (Array.isArray(part)) return part.map(shaded);
  if (part === null || typeof part !== "object") return part;
  if ("style_color" in part) return shade(part.style_color);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, shaded(value)]));
}

// plotly.js reads some HTML in its labels; values of the data are no HTML.
function plain(text, longest) {
  return cut(text, longest)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

// A value on one line; one that would show as nothing is given in quotes.
function cut(text, longest) {
  const letters = Array.from(text.replace(/\s+/g, " ").trim());
  if (letters.length === 0) return JSON.stringify(text);
  return letters.length <= longest ? letters.join("") : letters.slice(0, longest - 1).join("") + "…";
}

function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function axis(own) {
  return {
    gridcolor: shade("line"),
    zerolinecolor: shade("line"),
    linecolor: shade("line"),
    automargin: true,
    fixedrange: true,
    ...own,
    title: { standoff: 10, font: { size: 13 }, ...own.title },
  };
}

function layout(own) {
  const whole = {
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: shade("ink") },
    margin: { l: 50, r: 16, t: own.showlegend ? 36 : 12, b: 46 },
    // Above the chart, where no data is.
    legend: { orientation: "h", x: 0, y: 1.02, xanchor: "left", yanchor: "bottom" },
    hoverlabel: {
      bgcolor: shade("card"),
      bordercolor: shade("line"),
      font: { color: shade("ink") },
    },
    showlegend: false,
    // A finger that moves over a chart scrolls the page.
    dragmode: false,
    ...shaded(own),
  };
  for (const key of Object.keys(whole)) {
    if (/^[xy]axis\d*$/.test(key)) whole[key] = axis(whole[key]);
  }
  return whole;
}

const SETTINGS = { displayModeBar: false, responsive: true, typesetMath: false };

async function drawCharts() {
  for (const chart of data("charts")) {
    const place = document.getElementById("chart-" + chart.name);
    await Plotly.react(place, shaded(chart.data), layout(chart.layout), SETTINGS);
  }
}
