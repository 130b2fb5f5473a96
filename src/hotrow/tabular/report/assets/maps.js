// The map of a column's values, the search, and the list of nearest values.

// So many square pixels for each name.
const ROOM = 6000;
const SUGGESTED = 8;
const MARGIN = { l: 62, r: 16, t: 40, b: 50 };

class Explorer {
  constructor(maps) {
    this.maps = maps;
    this.kind = "pca";
    this.place = document.getElementById("map");
    this.query = document.getElementById("map-query");
    this.status = document.getElementById("map-status");
    this.listen();
    this.open(0);
  }

  listen() {
    document.getElementById("map-column").addEventListener("change", (event) => {
      this.open(Number(event.target.value));
      this.draw();
    });
    document.getElementById("map-kind")?.addEventListener("change", (event) => {
      this.kind = event.target.value;
      this.draw();
    });
    document.getElementById("map-search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.find(this.query.value);
    });
    // A suggestion that is chosen arrives as a whole value, without the Enter key.
    this.query.addEventListener("input", () => {
      const row = this.column.rows.get(this.query.value);
      if (row !== undefined) this.choose(row);
    });
  }

  // Unpacks a column and shows its most frequent value.
  open(number) {
    const packed = this.maps[number];
    const words = (text, Kind) => new Kind(bytes(text).buffer);
    this.column = {
      ...packed,
      pca: words(packed.pca, Float32Array),
      umap: packed.umap && words(packed.umap, Float32Array),
      neighbors: words(packed.neighbors, Uint16Array),
      cosines: words(packed.cosines, Int16Array),
      rows: new Map(packed.tokens.map((token, row) => [token, row])),
      folded: packed.tokens.map((token) => token.toLowerCase()),
    };
    const values = document.getElementById("map-values");
    values.replaceChildren(
      ...packed.tokens.map((token) => {
        const option = document.createElement("option");
        option.value = token;
        return option;
      }),
    );
    this.query.value = "";
    this.chosen = 0;
    this.say("");
    this.list();
  }

  near(row) {
    const { each, neighbors, cosines } = this.column;
    return Array.from({ length: each }, (_, rank) => ({
      row: neighbors[row * each + rank],
      cosine: cosines[row * each + rank] / 10000,
    }));
  }

  // The value itself; or else regardless of case; or else all values that contain it.
  find(query) {
    const { rows, folded, tokens, of } = this.column;
    const text = query.trim().toLowerCase();
    if (!text) return this.say("Type a value, or a part of one, and press Enter.");
    const same = rows.get(query) ?? folded.findIndex((token) => token.trim() === text);
    if (same >= 0) return this.choose(same);
    const found = [...folded.keys()].filter((row) => folded[row].includes(text));
    if (found.length === 1) return this.choose(found[0]);
    const shown = tokens.length < of ? `the ${tokens.length.toLocaleString("en")} most frequent values` : "the values";
    if (found.length === 0) return this.say(`None of ${shown} contains "${query}".`);
    const many = found.length > SUGGESTED ? `, the most frequent of them` : "";
    this.say(`${found.length} of ${shown} contain "${query}"${many}: `);
    for (const row of found.slice(0, SUGGESTED)) this.status.append(this.button(row), " ");
  }

  choose(row) {
    this.chosen = row;
    const { tokens } = this.column;
    this.say(`${cut(tokens[row], 60)} is marked in the map.`);
    this.list();
    this.mark();
  }

  say(text) {
    this.status.textContent = text;
  }

  button(row) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = cut(this.column.tokens[row], 60);
    button.title = this.column.tokens[row];
    button.addEventListener("click", () => {
      this.choose(row);
      // The button is gone from the page, and the keyboard would start from its top.
      document.getElementById("map-near-title").focus({ preventScroll: true });
    });
    return button;
  }

  list() {
    const { tokens, counts } = this.column;
    const rowsOf = (row) => counted(counts[row], "training row");
    document.getElementById("map-near-title").textContent = `Nearest to ${cut(tokens[this.chosen], 60)}`;
    const alone = tokens.length === 1 ? ". There is no other value to compare it with." : "";
    document.getElementById("map-near-count").textContent = `which is in ${rowsOf(this.chosen)}${alone}`;
    const lines = this.near(this.chosen).map(({ row, cosine }) => {
      const line = document.createElement("li");
      const note = document.createElement("small");
      note.textContent = ` cosine ${cosine.toFixed(2)}, in ${rowsOf(row)}`;
      line.append(this.button(row), note);
      return line;
    });
    document.getElementById("map-near-list").replaceChildren(...lines);
  }

  points(rows) {
    const flat = this.column[this.drawn];
    return { x: rows.map((row) => flat[2 * row]), y: rows.map((row) => flat[2 * row + 1]) };
  }

  async draw() {
    const { name, tokens, counts, of, width, explained, umap } = this.column;
    this.drawn = this.kind === "umap" && umap ? "umap" : "pca";
    const all = [...tokens.keys()];
    document.getElementById("map-title").textContent = `Values of ${cut(name, 60)}`;
    document.getElementById("map-reading").textContent =
      (tokens.length < of
        ? `The ${tokens.length.toLocaleString("en")} most frequent of ${counted(of, "value")}, `
        : `${counted(of, "value")}, `) +
      `each a vector of ${counted(width, "number")}. A larger point is a more frequent value. ` +
      "Click one to see its nearest values, or use the search.";
    const most = Math.max(...counts, 1);
    const points = this.points(all);
    const texts = tokens.map((token) => plain(token, 60));
    const traces = [
      {
        ...points,
        mode: "markers",
        text: texts,
        customdata: counts.map((number) => counted(number, "training row")),
        hovertemplate: "%{text}<br>%{customdata}<extra></extra>",
        marker: {
          size: counts.map((n) => 5 + 9 * Math.sqrt(n / most)),
          color: shade("first"),
          opacity: tokens.length > 500 ? 0.45 : 0.7,
        },
      },
      { ...this.ring("second", 9, 1.5), name: "near" },
      { ...this.ring("second", 18, 3), name: "chosen" },
      // Points that nobody sees keep the names at a distance from those that are seen.
      {
        x: [],
        y: [],
        text: [],
        mode: "markers+text",
        marker: { size: 12, opacity: 0 },
        textfont: { size: 11, color: shade("ink"), shadow: halo(shade("paper")) },
        hoverinfo: "skip",
      },
    ].map((trace) => ({ type: "scatter", ...trace }));
    const axes = ["first", "second"].map((order, side) => {
      const along = side ? points.y : points.x;
      const share = `${(100 * explained[side]).toFixed(0)} % of the variance`;
      const title = this.drawn === "pca" ? `${order} principal component (${share})` : `UMAP, ${order} axis`;
      return { title: { text: title }, range: spread(along), fixedrange: false, zeroline: false, automargin: false };
    });
    const own = { xaxis: axes[0], yaxis: axes[1], dragmode: coarse() ? false : "pan" };
    const whole = { ...layout(own), margin: MARGIN, hovermode: "closest" };
    whole.modebar = { bgcolor: "rgba(0,0,0,0)", color: shade("soft"), activecolor: shade("first") };
    const settings = {
      ...SETTINGS,
      displayModeBar: true,
      displaylogo: false,
      modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"]],
    };
    await Plotly.react(this.place, traces, whole, settings);
    if (!this.listening) {
      this.place.on("plotly_click", ({ points: [point] }) => this.clicked(point));
      this.place.on("plotly_relayout", () => this.label());
      this.listening = true;
    }
    await this.mark();
    await this.label();
  }

  clicked(point) {
    if (point.curveNumber === 0) this.choose(point.pointNumber);
  }

  ring(color, size, width) {
    const line = { color: shade(color), width };
    const marker = { symbol: "circle-open", size, color: shade(color), line };
    return { x: [], y: [], mode: "markers", marker, hoverinfo: "skip" };
  }

  async mark() {
    const near = this.points(this.near(this.chosen).map(({ row }) => row));
    const own = this.points([this.chosen]);
    await Plotly.restyle(this.place, { x: [near.x, own.x], y: [near.y, own.y] }, [1, 2]);
    await this.label();
  }

  // Names the chosen value, its neighbors, then the most frequent ones that find room.
  async label() {
    const { tokens } = this.column;
    const [width, height] = [this.place.clientWidth - MARGIN.l - MARGIN.r, this.place.clientHeight - MARGIN.t - MARGIN.b];
    const { xaxis, yaxis } = this.place.layout;
    const along = ([low, high], pixels, value) => ((value - low) / (high - low)) * pixels;
    const first = [this.chosen, ...this.near(this.chosen).map(({ row }) => row)];
    const taken = [];
    const named = [];
    for (const row of new Set([...first, ...tokens.keys()])) {
      if (named.length >= (width * height) / ROOM) break;
      const { x, y } = this.points([row]);
      const [left, up] = [along(xaxis.range, width, x[0]), along(yaxis.range, height, y[0])];
      const own = places(left, up, 6.6 * cut(tokens[row], 24).length).find(
        (box) => inside(box, width, height) && !taken.some((other) => overlap(box, other)),
      );
      if (!own) continue;
      taken.push(own);
      named.push({ row, side: own.side });
    }
    const { x, y } = this.points(named.map(({ row }) => row));
    const text = named.map(({ row }) => plain(tokens[row], 24));
    const colors = named.map(({ row }) => shade(first.includes(row) ? "second" : "ink"));
    const update = {
      x: [x],
      y: [y],
      text: [text],
      textposition: [named.map(({ side }) => side)],
      "textfont.color": [colors],
    };
    await Plotly.restyle(this.place, update, [3]);
  }
}

function coarse() {
  return matchMedia("(pointer: coarse)").matches;
}

// A range with room for names at its edges.
function spread(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = 0.08 * (high - low) || 1;
  return [low - room, high + room];
}
