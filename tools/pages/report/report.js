"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const methods = data.methods;
  const count = methods.length;

  const state = {
    axis: data.axes[data.budget] ? data.budget : "epochs",
    metric: data.criterion,
    option: 0,
    log: { x: {}, loss: true, accuracy: false },
    hidden: new Set(),
    emphasis: null,
  };
  for (const axis of Object.keys(data.axes)) state.log.x[axis] = axis !== data.budget;

  // Numbers.
  function shown(x) {
    if (x === null || x === undefined || Number.isNaN(x)) return "";
    if (x === 0) return "0";
    const size = Math.abs(x);
    if (size >= 1e6 || size < 1e-4) return x.toExponential(2);
    return size >= 1000 ? Math.round(x).toLocaleString("en").replace(/,/g, "\u202f") : x.toPrecision(3);
  }
  function tick(x) {
    const size = Math.abs(x);
    if (size >= 1e6 || (size > 0 && size < 1e-4)) return x.toExponential().replace("e+", "e");
    const text = String(Number(x.toPrecision(6)));
    return size >= 1e4 ? text.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f") : text;
  }
  const isAccuracy = () => state.metric.endsWith("accuracy");
  const percent = (x) => (x === null ? "" : (100 * x).toFixed(2) + " %");

  // How lines look.
  function channels(hex) {
    return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  }
  function lineColor(m) {
    const own = color(`--series-${methods[m].color}`);
    if (state.emphasis === null || state.emphasis === m) return own;
    const paper = channels(color("--paper"));
    const mixed = channels(own).map((c, i) => Math.round(0.2 * c + 0.8 * paper[i]));
    return `rgb(${mixed.join(", ")})`;
  }
  const marks = methods.map((method) => new Path2D(method.mark));
  function drawMark(context, m, x, y, scale) {
    context.save();
    context.translate(x, y);
    context.scale(scale, scale);
    context.fillStyle = lineColor(m);
    context.fill(marks[m]);
    context.restore();
  }
  function drawCross(context, m, x, y) {
    context.save();
    context.strokeStyle = lineColor(m);
    context.lineWidth = 2.5;
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(x - 4, y - 4);
    context.lineTo(x + 4, y + 4);
    context.moveTo(x + 4, y - 4);
    context.lineTo(x - 4, y + 4);
    context.stroke();
    context.restore();
  }
  // dygraphs' own toDomXCoord knows no logarithmic axes.
  const domX = (g, x) => g.getArea().x + g.toPercentXCoord(x) * g.getArea().w;
  const label = (m) => `m${m}`;
  const methodOf = (name) => Number(name.slice(1));
  function series(strokeWidth) {
    const options = {};
    for (let m = 0; m < count; ++m) {
      options[label(m)] = {
        color: lineColor(m),
        strokePattern: methods[m].dash.length ? methods[m].dash : null,
        strokeWidth: strokeWidth(m),
      };
    }
    return options;
  }
  const visibility = () => methods.map((_, m) => !state.hidden.has(m));
  function look() {
    return {
      gridLineColor: color("--line"),
      axisLineColor: color("--line"),
      visibility: visibility(),
      legend: "never",
      labels: ["x", ...methods.map((_, m) => label(m))],
      axisLabelFontSize: 12,
      xLabelHeight: 20,
      rightGap: 24,
      animatedZooms: false,
    };
  }
  // From the smallest to the largest, with some room.
  function padded(low, high, logarithmic, share = 0.04) {
    if (!(low <= high)) return [logarithmic ? 0.1 : 0, 1];
    if (logarithmic) {
      const room = high > low ? Math.pow(high / low, share) : 1.5;
      return [low / room, high * room];
    }
    const room = high > low ? share * (high - low) : Math.max(1e-6, share * Math.abs(high));
    return [low - room, high + room];
  }

  // What is drawn of the curves: [x, [low, median, high] or null of each method, …].
  function curvesView() {
    const axis = data.axes[state.axis];
    const accuracy = isAccuracy();
    const logX = state.log.x[state.axis] && axis.at[axis.at.length - 1] > 0;
    const bands = axis.curves[state.metric];
    const lowest = Math.min(...bands.flatMap((band) => band.median.concat(band.low).filter((y) => y !== null)));
    const mayLogY = accuracy || lowest > 0;
    const logY = mayLogY && state.log[accuracy ? "accuracy" : "loss"];
    const asError = accuracy && logY;
    const value = (y) => (y === null ? null : asError ? 1 - y : y);
    const curves = bands.map((band) => ({
      median: band.median.map(value),
      low: (asError ? band.high : band.low).map(value),
      high: (asError ? band.low : band.high).map(value),
    }));

    let low = Infinity, high = -Infinity, start = -Infinity;
    curves.forEach((curve, m) => {
      if (state.hidden.has(m)) return;
      const first = curve.median.find((y) => y !== null);
      if (first !== undefined) start = Math.max(start, first);
      axis.at.forEach((x, i) => {
        if (logX && x <= 0) return;
        for (const y of [curve.low[i], curve.median[i], curve.high[i]]) {
          if (y === null || (logY && y <= 0)) continue;
          low = Math.min(low, y);
          high = Math.max(high, y);
        }
      });
    });
    // What rises far above the start would press all the rest together.
    if (!accuracy && start > 0) high = Math.min(high, 2 * start);
    const range = padded(low, high, logY);
    const xs = axis.at.filter((x) => !logX || x > 0);
    const window = padded(xs[0], xs[xs.length - 1], logX, 0.01);
    if (!logX) window[0] = xs[0];
    const [bottom, top] = logY ? [range[0] / 1e3, range[1] * 1e3] : [2 * range[0] - range[1], 2 * range[1] - range[0]];

    const rows = [];
    const source = [];
    axis.at.forEach((x, i) => {
      if (logX && x <= 0) return;
      source.push(i);
      rows.push([x, ...curves.map((curve) => curve.median[i] === null ? null
        : [curve.low[i] ?? bottom, curve.median[i], curve.high[i] ?? top])]);
    });
    const lastRow = curves.map((curve) => source.findLastIndex((i) => curve.median[i] !== null));
    const name = state.metric.replace("_", " ");
    return { axis, curves, rows, source, lastRow, range, window, logX, logY, mayLogY, accuracy,
      name: asError ? name.replace("accuracy", "error") + " (1 − accuracy)" : name };
  }

  const curvesElement = byId("curves");
  const cursor = document.querySelector(".cursor");
  const outputs = all(".method output");
  let view = null, chart = null, lastMark = [];

  function showValues(row) {
    outputs.forEach((output, m) => {
      const at = row === null ? view.lastRow[m] : row;
      const y = at < 0 ? null : view.curves[m].median[view.source[at]];
      output.textContent = methods[m].lost && row === null ? methods[m].lost : view.accuracy ? percent(y) : shown(y);
    });
    const unit = view.axis.name;
    byId("legend-where").textContent = row === null ? "At the end" : `At ${shown(view.rows[row][0])} ${unit}`;
    cursor.hidden = row === null;
    if (row === null) return;
    const area = chart.getArea();
    cursor.style.left = `${domX(chart, view.rows[row][0])}px`;
    cursor.style.top = `${area.y}px`;
    cursor.style.height = `${area.h}px`;
  }

  function drawTarget(context, area, g) {
    lastMark = methods.map((_, m) => area.x + (m * 37) % 90 - 90);
    if (state.metric !== data.criterion || data.target === null) return;
    const y = g.toDomYCoord(data.target);
    if (!(y > area.y && y < area.y + area.h)) return;
    context.save();
    context.strokeStyle = context.fillStyle = color("--muted");
    context.setLineDash([3, 4]);
    context.beginPath();
    context.moveTo(area.x, y + 0.5);
    context.lineTo(area.x + area.w, y + 0.5);
    context.stroke();
    context.font = "12px system-ui, sans-serif";
    context.fillText(`target ${Number(data.target.toPrecision(3))}`, area.x + 6, y - 5);
    context.restore();
  }

  function curvePoint(g, name, context, x, y, unused, size, row) {
    const m = methodOf(name);
    if (methods[m].lost && row === view.lastRow[m]) return drawCross(context, m, x, y);
    if (x - lastMark[m] < 90) return;
    lastMark[m] = x;
    drawMark(context, m, x, y, 1);
  }

  function nearestRow(x) {
    let best = 0;
    view.rows.forEach((row, i) => {
      if (Math.abs(domX(chart, row[0]) - x) < Math.abs(domX(chart, view.rows[best][0]) - x)) best = i;
    });
    return best;
  }

  // One finger reads values, two zoom along x; a page that is moved up and down still moves.
  function touchModel(read) {
    let pinch = null;
    const inside = (g, touch) => touch.clientX - g.canvas_.getBoundingClientRect().left;
    const scale = (g) => (g.getOptionForAxis("logscale", "x") ? [Math.log, Math.exp] : [(x) => x, (x) => x]);
    return Object.assign({}, Dygraph.defaultInteractionModel, {
      touchstart(event, g) {
        const [to] = scale(g);
        pinch = event.touches.length === 2 ? [...event.touches].map((touch) => to(g.toDataXCoord(inside(g, touch)))) : null;
        if (!pinch) read(event.touches[0], g);
      },
      touchmove(event, g) {
        if (event.touches.length === 1) return read(event.touches[0], g);
        if (!pinch || event.touches.length !== 2) return;
        event.preventDefault();
        const [, from] = scale(g);
        const area = g.getArea();
        const [a, b] = [...event.touches].map((touch) => inside(g, touch));
        if (Math.abs(a - b) < 10) return;
        const step = (pinch[1] - pinch[0]) / (b - a);
        if (!(step > 0)) return;
        const left = pinch[0] - step * (a - area.x);
        g.updateOptions({ dateWindow: [from(left), from(left + step * area.w)] });
        byId(`${g.maindiv_.id}-reset`).hidden = false;
      },
      touchend() {},
    });
  }

  function drawCurves() {
    view = curvesView();
    const format = (x) => (view.accuracy ? tick(100 * x) + " %" : tick(x));
    const options = {
      ...look(),
      file: view.rows,
      customBars: true,
      fillAlpha: 0.13,
      series: series((m) => (state.emphasis === m ? 3 : 2)),
      valueRange: view.range,
      dateWindow: view.window,
      xlabel: view.axis.name,
      axes: {
        x: { logscale: view.logX, axisLabelFormatter: tick, axisLabelWidth: 48, drawGrid: false, pixelsPerLabel: 60 },
        y: { logscale: view.logY, axisLabelFormatter: format, axisLabelWidth: view.accuracy ? 52 : 46, pixelsPerLabel: 34 },
      },
      logscale: view.logY,
      drawPoints: true,
      pointSize: 4,
      highlightCircleSize: 4,
      drawPointCallback: curvePoint,
      drawHighlightPointCallback: (g, name, context, x, y) => drawMark(context, methodOf(name), x, y, 1.3),
      underlayCallback: drawTarget,
      highlightCallback: (event, x, points, row) => showValues(row),
      unhighlightCallback: () => showValues(null),
      zoomCallback: () => { byId("curves-reset").hidden = false; },
      interactionModel: touchModel((touch, g) => showValues(nearestRow(touch.clientX - g.canvas_.getBoundingClientRect().left))),
    };
    if (chart) chart.destroy();
    chart = new Dygraph(curvesElement, view.rows, options);
    byId("curves-y").textContent = view.name[0].toUpperCase() + view.name.slice(1);
    byId("curves-reset").hidden = true;
    const logX = document.querySelector("[data-log=x]"), logY = document.querySelector("[data-log=y]");
    logX.setAttribute("aria-pressed", String(view.logX));
    logY.setAttribute("aria-pressed", String(view.logY));
    logY.disabled = !view.mayLogY;
    showValues(null);
  }

  // Tuning.
  const trialsElement = byId("trials");
  const ring = document.querySelector(".ring");
  let trials = null, lost = [], ended = [];

  function drawTrials() {
    const tuning = data.tuning[state.option];
    const at = new Map();
    lost = [];
    ended = [];
    let low = Infinity, high = -Infinity, left = Infinity, right = -Infinity;
    tuning.methods.forEach((method, m) => {
      for (const [x, y, trial] of method.points) {
        left = Math.min(left, x);
        right = Math.max(right, x);
        if (y === null) { lost.push({ m, x, y, trial }); continue; }
        ended.push({ m, x, y, trial });
        if (state.hidden.has(m)) continue;
        low = Math.min(low, y);
        high = Math.max(high, y);
      }
    });
    const logY = low > 0;
    const range = padded(low, high, logY);
    range[1] = logY ? range[1] * Math.pow(range[1] / range[0], 0.05) : range[1] + 0.05 * (range[1] - range[0]);
    const window = padded(left, right, tuning.logarithmic);
    // Two trials of one method may have the same value: a row for each.
    for (const { m, x, y } of ended) {
      const rows = at.get(x) ?? at.set(x, []).get(x);
      let row = rows.find((one) => one[m + 1] === null);
      if (!row) rows.push(row = [x, ...methods.map(() => null)]);
      row[m + 1] = y;
    }
    const rows = [...at.keys()].sort((a, b) => a - b).flatMap((x) => at.get(x));
    if (!rows.length) rows.push([window[0], ...methods.map(() => null)]);
    const criterion = data.criterion.replace("_", " ");
    const options = {
      ...look(),
      connectSeparatedPoints: true,
      series: series((m) => (!tuning.methods[m].joined ? 0 : state.emphasis === m ? 3 : 1.75)),
      valueRange: range,
      dateWindow: window,
      xlabel: tuning.option,
      logscale: logY,
      axes: {
        x: { logscale: tuning.logarithmic, axisLabelFormatter: tick, axisLabelWidth: 48, drawGrid: false, pixelsPerLabel: 60 },
        y: { logscale: logY, axisLabelFormatter: tick, axisLabelWidth: 46, pixelsPerLabel: 34 },
      },
      drawPoints: true,
      pointSize: 4,
      highlightCircleSize: 0,
      drawPointCallback: (g, name, context, x, y) => drawMark(context, methodOf(name), x, y, 1),
      underlayCallback: (context, area, g) => {
        for (const { m, x } of lost) if (!state.hidden.has(m)) drawCross(context, m, domX(g, x), area.y + 7);
      },
      zoomCallback: () => { byId("trials-reset").hidden = false; },
      interactionModel: touchModel((touch) => showTrial(touch)),
    };
    if (trials) trials.destroy();
    trials = new Dygraph(trialsElement, rows, options);
    byId("trials-y").textContent = `Final ${criterion} of a trial`;
    byId("trials-reset").hidden = true;
    ring.hidden = true;
  }

  function showTrial(event) {
    const box = trialsElement.getBoundingClientRect();
    const area = trials.getArea();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null, distance = 40;
    for (const point of [...ended, ...lost]) {
      if (state.hidden.has(point.m)) continue;
      const px = domX(trials, point.x);
      const py = point.y === null ? area.y + 7 : trials.toDomYCoord(point.y);
      const d = Math.hypot(px - x, py - y);
      if (d < distance) [best, distance] = [{ ...point, px, py }, d];
    }
    ring.hidden = !best;
    if (!best) return;
    ring.style.left = `${best.px}px`;
    ring.style.top = `${best.py}px`;
    const option = data.tuning[state.option].option;
    byId("trial").textContent = `${methods[best.m].name}, trial ${best.trial + 1}: ${option} = ${Number(best.x.toPrecision(3))}, ` +
      (best.y === null ? "no result: it diverged or failed" : `${data.criterion.replace("_", " ")} ${shown(best.y)}`);
  }

  // What the reader chooses.
  const hasCurves = Object.values(data.axes).some((axis) => axis.curves && axis.curves[state.metric] && axis.at.length);
  const hasTrials = data.tuning.length > 0;
  function draw() {
    if (hasCurves) drawCurves();
    if (hasTrials) drawTrials();
  }
  function choose(group, change) {
    const buttons = all(`[data-${group}]`);
    for (const button of buttons) {
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        change(button.dataset[group]);
      });
    }
  }
  function redrawIf(has, redraw) { if (has) redraw(); }

  choose("axis", (axis) => { state.axis = axis; drawCurves(); });
  choose("metric", (metric) => { state.metric = metric; drawCurves(); });
  choose("option", (option) => { state.option = Number(option); drawTrials(); });
  for (const button of all("[data-axis]")) button.setAttribute("aria-pressed", String(button.dataset.axis === state.axis));
  document.querySelector("[data-log=x]").addEventListener("click", () => {
    state.log.x[state.axis] = !view.logX;
    drawCurves();
  });
  document.querySelector("[data-log=y]").addEventListener("click", () => {
    state.log[view.accuracy ? "accuracy" : "loss"] = !view.logY;
    drawCurves();
  });
  byId("curves-reset").addEventListener("click", drawCurves);
  byId("trials-reset").addEventListener("click", drawTrials);
  curvesElement.addEventListener("dblclick", (event) => { event.stopPropagation(); drawCurves(); }, true);
  trialsElement.addEventListener("dblclick", (event) => { event.stopPropagation(); drawTrials(); }, true);
  trialsElement.addEventListener("mousemove", showTrial);
  trialsElement.addEventListener("mouseleave", () => { ring.hidden = true; });

  const methodButtons = all(".method");
  function showMethods() {
    methodButtons.forEach((button, m) => button.setAttribute("aria-pressed", String(!state.hidden.has(m))));
    draw();
  }
  function emphasise(m) {
    if (state.emphasis === m) return;
    state.emphasis = m;
    const options = (widths) => ({ series: series(widths) });
    redrawIf(chart, () => chart.updateOptions(options((i) => (m === i ? 3 : 2))));
    redrawIf(trials, () => {
      const tuning = data.tuning[state.option];
      trials.updateOptions(options((i) => (!tuning.methods[i].joined ? 0 : m === i ? 3 : 1.75)));
    });
  }
  methodButtons.forEach((button, m) => {
    button.addEventListener("click", () => {
      if (!state.hidden.delete(m)) state.hidden.add(m);
      showMethods();
    });
    button.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") emphasise(m); });
    button.addEventListener("pointerleave", () => emphasise(null));
  });
  byId("all-methods").addEventListener("click", () => { state.hidden.clear(); showMethods(); });
  byId("no-methods").addEventListener("click", () => { methods.forEach((_, m) => state.hidden.add(m)); showMethods(); });

  // Tables that can be sorted.
  const numberOf = (cell) => {
    const text = cell.dataset.value;
    return text === "inf" ? Infinity : text === "-inf" ? -Infinity : text === undefined ? NaN : Number(text);
  };
  for (const table of all("table.sortable")) {
    const body = table.tBodies[0];
    for (const button of table.querySelectorAll(".sort")) {
      button.addEventListener("click", () => {
        const heading = button.parentElement;
        const column = heading.cellIndex;
        const down = heading.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const compare = (a, b) => {
          const [x, y] = [a, b].map((row) => numberOf(row.cells[column]));
          if (Number.isNaN(x) && Number.isNaN(y))
            return a.cells[column].textContent.localeCompare(b.cells[column].textContent) * (down ? -1 : 1);
          if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
          return x === y ? 0 : (x < y) === down ? 1 : -1;
        };
        body.append(...[...body.rows].sort(compare));
      });
    }
  }

  byId("progress").hidden = !hasCurves;
  byId("tuning").hidden = !hasTrials;
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
