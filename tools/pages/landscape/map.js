// The relief from above: contours, starts, minima, paths.
function makeMap(canvas, relief) {
  const margin = {left: 38, right: 6, top: 6, bottom: 24};
  const ground = document.createElement("canvas");
  let frame, drawn = "";

  // Keeps x and y to one scale, unless the window is very long.
  function resize() {
    const width = canvas.clientWidth - margin.left - margin.right;
    canvas.style.height = `${Math.round(width / clamp(relief.aspect, 0.8, 2.2)) + margin.top + margin.bottom}px`;
    frame = {x: margin.left, y: margin.top, width, height: canvas.clientHeight - margin.top - margin.bottom};
  }
  const pixel = (u, v) => [frame.x + u * frame.width, frame.y + (1 - v) * frame.height];

  function drawGround(ratio) {
    const columns = ground.width = Math.round(frame.width * ratio), rows = ground.height = Math.round(frame.height * ratio);
    const context = ground.getContext("2d"), image = context.createImageData(columns, rows);
    for (let r = 0, i = 0; r < rows; ++r)
      for (let c = 0; c < columns; ++c) {
        for (const part of relief.colour((c + 0.5) / columns, 1 - (r + 0.5) / rows)) image.data[i++] = part;
        image.data[i++] = 255;
      }
    context.putImageData(image, 0, 0);
    context.lineJoin = "round";
    context.strokeStyle = style("--contour");
    relief.contours.forEach(({lines}, level) => {
      context.globalAlpha = level % 3 === 0 ? 0.5 : 0.26;
      context.lineWidth = ratio * (level % 3 === 0 ? 1 : 0.75);
      context.beginPath();
      for (const line of lines) {
        const n = line.length, edge = (a) => a === 0 || a === 10000;
        let pen = false;
        for (let i = 0; i < n + 2; i += 2) {
          const x = line[i % n], y = line[(i + 1) % n], from = [line[(i - 2 + n) % n], line[(i - 1 + n) % n]];
          // Not along the border of the window.
          const along = (edge(x) && x === from[0]) || (edge(y) && y === from[1]);
          if (pen && !along) context.lineTo(x / 1e4 * columns, (1 - y / 1e4) * rows);
          else context.moveTo(x / 1e4 * columns, (1 - y / 1e4) * rows);
          pen = true;
        }
      }
      context.stroke();
    });
  }

  function drawAxes(context) {
    context.fillStyle = style("--muted");
    context.strokeStyle = style("--line");
    context.lineWidth = 1;
    context.strokeRect(frame.x, frame.y, frame.width, frame.height);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const x of ticks(relief.low[0], relief.high[0], 6))
      context.fillText(figures(x), pixel(relief.place(x, 0)[0], 0)[0], frame.y + frame.height + 7);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ticks(relief.low[1], relief.high[1], 6))
      context.fillText(figures(y), frame.x - 6, pixel(0, relief.place(0, y)[1])[1]);
  }

  function star(context, [x, y]) {
    context.beginPath();
    for (let i = 0; i < 10; ++i) {
      const angle = i * Math.PI / 5, radius = i % 2 ? 2.8 : 7;
      context.lineTo(x + radius * Math.sin(angle), y - radius * Math.cos(angle));
    }
    context.closePath();
    context.fillStyle = style("--ink");
    context.strokeStyle = style("--halo");
    context.lineWidth = 2;
    context.stroke();
    context.fill();
  }

  return {
    forget: () => (drawn = ""),
    // Lines: of places u, v with a colour; the last place is the head.
    draw({starts = [], start = -1, minima = [], lines = []}) {
      resize();
      const {context, ratio} = fit(canvas);
      if (frame.width < 1 || frame.height < 1) return;
      const now = `${frame.width} ${frame.height} ${ratio}`;
      if (now !== drawn) drawGround(ratio);
      drawn = now;
      context.drawImage(ground, frame.x, frame.y, frame.width, frame.height);
      drawAxes(context);
      context.save();
      context.beginPath();
      context.rect(frame.x, frame.y, frame.width, frame.height);
      context.clip();
      starts.forEach(([u, v], i) => {
        if (i === start) return;
        context.globalAlpha = 0.55;
        context.beginPath();
        context.arc(...pixel(u, v), 2.5, 0, 2 * Math.PI);
        context.strokeStyle = style("--ink");
        context.lineWidth = 1;
        context.stroke();
        context.globalAlpha = 1;
      });
      for (const [u, v] of minima) star(context, pixel(u, v));
      for (const {places, colour} of lines) haloed(context, places.map(([u, v]) => pixel(u, v)), colour, 2);
      for (const {places, colour, steps} of lines)
        for (const i of steps || []) {
          context.beginPath();
          context.arc(...pixel(...places[i]), 1.9, 0, 2 * Math.PI);
          context.fillStyle = colour;
          context.fill();
        }
      if (start >= 0) {
        context.beginPath();
        context.arc(...pixel(...starts[start]), 6, 0, 2 * Math.PI);
        context.strokeStyle = style("--ink");
        context.lineWidth = 2;
        context.stroke();
      }
      for (const {places, colour} of lines) if (places.length > 0) dot(context, pixel(...places[places.length - 1]), 5.5, colour);
      context.restore();
    },
    // Where in the window a pointer is.
    place(event) {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left - frame.x) / frame.width, 1 - (event.clientY - box.top - frame.y) / frame.height];
    },
    screen(u, v) {
      const box = canvas.getBoundingClientRect(), [x, y] = pixel(u, v);
      return [box.left + x, box.top + y];
    },
  };
}
