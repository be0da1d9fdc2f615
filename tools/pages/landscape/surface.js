// The relief as a surface that can be turned: a camera on a sphere around it, near quadrangles over far ones.
function makeSurface(canvas, relief) {
  const cells = 84, tall = 0.62, distance = 3.4;
  const wide = Math.min(1, relief.aspect), deep = Math.min(1, 1 / relief.aspect);
  const size = [relief.aspect >= 1 ? 1 : wide, relief.aspect >= 1 ? deep : 1];
  const ground = document.createElement("canvas");
  let turn = -0.62, tilt = 0.72, drawn = "", view;

  const point = (u, v, h) => [(u - 0.5) * size[0], (v - 0.5) * size[1], (h - 0.4) * tall];

  function look(width, height) {
    const [st, ct, sp, cp] = [Math.sin(turn), Math.cos(turn), Math.sin(tilt), Math.cos(tilt)];
    const right = [ct, st, 0], forward = [-st * cp, ct * cp, -sp], up = [-st * sp, ct * sp, cp];
    const dotted = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const zoom = Math.min(width * 2.05, height * 2.35);
    view = {
      eye: forward.map((x) => -x * distance),
      depth: (p) => dotted(p, forward),
      project(p) {
        const scale = zoom / (distance + dotted(p, forward));
        return [width / 2 + scale * dotted(p, right), height / 2 - scale * dotted(p, up)];
      },
    };
  }

  // Whether nothing of the surface is between a point that lies on it and the eye.
  function visible(p) {
    const d = view.eye.map((e, i) => e - p[i]), length = Math.hypot(...d), pace = 0.018;
    for (let t = pace; t < 1.2; t += pace) {
      const q = p.map((x, i) => x + d[i] / length * t);
      const u = q[0] / size[0] + 0.5, v = q[1] / size[1] + 0.5;
      if (u < 0 || u > 1 || v < 0 || v > 1 || q[2] > 0.6 * tall) return true;
      if (q[2] + 0.004 < (relief.height(u, v) - 0.4) * tall) return false;
    }
    return true;
  }

  function drawMesh(context) {
    const [columns, rows] = [Math.max(2, Math.round(cells * size[0])), Math.max(2, Math.round(cells * size[1]))];
    const nodes = [], quads = [];
    for (let r = 0; r <= rows; ++r)
      for (let c = 0; c <= columns; ++c) {
        const u = c / columns, v = r / rows, p = point(u, v, relief.height(u, v));
        nodes.push({at: view.project(p), depth: view.depth(p)});
      }
    for (let r = 0; r < rows; ++r)
      for (let c = 0; c < columns; ++c) {
        const i = r * (columns + 1) + c, corners = [i, i + 1, i + columns + 2, i + columns + 1].map((j) => nodes[j]);
        quads.push({corners, depth: corners.reduce((sum, n) => sum + n.depth, 0),
          colour: relief.colour((c + 0.5) / columns, (r + 0.5) / rows)});
      }
    quads.sort((a, b) => b.depth - a.depth);
    context.lineWidth = 0.8;
    for (const {corners, colour} of quads) {
      context.beginPath();
      for (const {at} of corners) context.lineTo(...at);
      context.closePath();
      context.fillStyle = context.strokeStyle = `rgb(${colour.map(Math.round)})`;
      context.fill();
      context.stroke();
    }
  }

  function drawContours(context) {
    context.strokeStyle = style("--contour");
    context.lineWidth = 0.9;
    relief.contours.forEach(({height, lines}, level) => {
      context.globalAlpha = level % 3 === 0 ? 0.5 : 0.22;
      context.beginPath();
      for (const line of lines) {
        let pen = false, before = null;
        for (let i = 0; i < line.length + 2; i += 2) {
          const u = line[i % line.length] / 1e4, v = line[(i + 1) % line.length] / 1e4;
          const edge = (before !== null) && ((u === before[0] && (u === 0 || u === 1)) || (v === before[1] && (v === 0 || v === 1)));
          const p = point(u, v, height), seen = !edge && visible(p);
          if (seen && pen) context.lineTo(...view.project(p));
          else if (seen) context.moveTo(...view.project(p));
          pen = seen;
          before = [u, v];
        }
      }
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  function drawFloor(context) {
    const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([u, v]) => view.project(point(u, v, -0.06)));
    context.beginPath();
    for (const at of corners) context.lineTo(...at);
    context.closePath();
    context.strokeStyle = style("--line");
    context.lineWidth = 1;
    context.stroke();
    context.fillStyle = style("--muted");
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("x", ...view.project(point(0.5, Math.cos(turn) > 0 ? -0.08 : 1.08, -0.06)));
    context.fillText("y", ...view.project(point(Math.sin(turn) > 0 ? 1.08 : -0.08, 0.5, -0.06)));
  }

  function drawGround(width, height, ratio) {
    ground.width = Math.round(width * ratio);
    ground.height = Math.round(height * ratio);
    const context = ground.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `italic 14px ${getComputedStyle(document.body).fontFamily}`;
    look(width, height);
    drawFloor(context);
    drawMesh(context);
    drawContours(context);
  }

  // Parts of a line that the surface hides are faint.
  function drawLine(context, places, colour) {
    const points = places.map(([u, v]) => {
      const p = point(u, v, relief.height(u, v) + 0.006);
      return {at: view.project(p), seen: visible(p), inside: u >= 0 && u <= 1 && v >= 0 && v <= 1};
    });
    for (let i = 1; i < points.length; ++i) {
      const [a, b] = [points[i - 1], points[i]];
      if (!a.inside || !b.inside) continue;
      context.beginPath();
      context.moveTo(...a.at);
      context.lineTo(...b.at);
      context.globalAlpha = a.seen && b.seen ? 1 : 0.25;
      context.strokeStyle = colour;
      context.lineWidth = 2.4;
      context.stroke();
    }
    const head = points[points.length - 1];
    context.globalAlpha = head && head.seen ? 1 : 0.45;
    if (head && head.inside) dot(context, head.at, 5, colour);
    context.globalAlpha = 1;
  }

  // Along the surface instead of straight through it.
  function dense(places) {
    const all = places.slice(0, 1);
    for (let i = 1; i < places.length; ++i) {
      const [a, b] = [places[i - 1], places[i]], parts = clamp(Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]) * 60), 1, 60);
      for (let k = 1; k <= parts; ++k) all.push([lerp(a[0], b[0], k / parts), lerp(a[1], b[1], k / parts)]);
    }
    return all;
  }

  return {
    forget: () => (drawn = ""),
    turnBy(x, y) {
      turn -= x;
      tilt = clamp(tilt + y, 0.12, 1.5);
    },
    draw({minima = [], lines = []}, heightInPixels) {
      canvas.style.height = `${heightInPixels}px`;
      const {context, width, height, ratio} = fit(canvas);
      if (width < 1 || height < 1) return;
      const now = `${width} ${height} ${ratio} ${turn} ${tilt}`;
      if (now !== drawn) drawGround(width, height, ratio);
      drawn = now;
      context.drawImage(ground, 0, 0, width, height);
      for (const [u, v] of minima) {
        const p = point(u, v, relief.height(u, v) + 0.004);
        if (visible(p)) dot(context, view.project(p), 3, style("--ink"));
      }
      for (const {places, colour} of lines) drawLine(context, dense(places), colour);
    },
  };
}
