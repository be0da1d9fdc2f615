// Lines over a common axis: losses against time, or along a line between networks.
function makeChart(canvas) {
  const margin = {left: 52, right: 10, top: 8, bottom: 26};
  let frame, range = [0, 1];

  return {
    // Series: xs, ys, colour, until (what is later is faint). Where `log`, ys are positive or left out.
    draw({series, xRange, yRange, log, cursor = null, marks = []}) {
      const {context, width, height} = fit(canvas);
      frame = {x: margin.left, y: margin.top, width: width - margin.left - margin.right, height: height - margin.top - margin.bottom};
      range = xRange;
      const scale = log ? Math.log10 : (y) => y;
      const [bottom, top] = yRange.map(scale);
      const px = (x) => frame.x + (x - xRange[0]) / (xRange[1] - xRange[0] || 1) * frame.width;
      const py = (y) => frame.y + (1 - (scale(y) - bottom) / (top - bottom || 1)) * frame.height;
      context.fillStyle = style("--muted");
      context.strokeStyle = style("--line");
      context.lineWidth = 1;
      context.textAlign = "right";
      context.textBaseline = "middle";
      const every = Math.max(1, Math.ceil((top - bottom) / (frame.height / 26)));
      const rungs = log ? ticks(Math.ceil(bottom), Math.floor(top), Math.max(1, (top - bottom) / every)).filter(Number.isInteger)
        .map((e) => [10 ** e, e >= -3 && e <= 4 ? figures(10 ** e) : `10${superscript(e)}`])
        : ticks(bottom, top, 5).map((y) => [y, figures(y)]);
      for (const [y, label] of rungs) {
        context.beginPath();
        context.moveTo(frame.x, py(y));
        context.lineTo(frame.x + frame.width, py(y));
        context.stroke();
        context.fillText(label, frame.x - 7, py(y));
      }
      context.textAlign = "center";
      context.textBaseline = "top";
      for (const x of ticks(xRange[0], xRange[1], clamp(frame.width / 70, 2, 8))) context.fillText(figures(x), px(x), frame.y + frame.height + 8);
      for (const {x, label} of marks) {
        context.fillStyle = style("--ink");
        context.setLineDash([3, 4]);
        context.strokeStyle = style("--muted");
        context.beginPath();
        context.moveTo(px(x), frame.y);
        context.lineTo(px(x), frame.y + frame.height);
        context.stroke();
        context.setLineDash([]);
        context.textAlign = px(x) > width / 2 ? "right" : "left";
        context.fillText(label, px(x) + (px(x) > width / 2 ? -5 : 5), frame.y + 2);
      }
      context.save();
      context.beginPath();
      context.rect(frame.x, frame.y - 4, frame.width + 6, frame.height + 8);
      context.clip();
      for (const {xs, ys, colour, until = Infinity, head} of series) {
        for (const [alpha, wide, limit] of [[0.28, 1.2, Infinity], [1, 2, until]]) {
          context.beginPath();
          let pen = false;
          for (let i = 0; i < xs.length && xs[i] <= limit; ++i) {
            const drawable = ys[i] !== null && (!log || ys[i] > 0);
            if (drawable) pen ? context.lineTo(px(xs[i]), py(ys[i])) : context.moveTo(px(xs[i]), py(ys[i]));
            pen = drawable;
          }
          if (head && limit === until && pen) context.lineTo(px(head[0]), py(head[1]));
          context.globalAlpha = alpha;
          context.strokeStyle = colour;
          context.lineWidth = wide;
          context.stroke();
        }
        context.globalAlpha = 1;
      }
      if (cursor !== null) {
        context.strokeStyle = style("--muted");
        context.lineWidth = 1;
        context.beginPath();
        context.moveTo(px(cursor), frame.y);
        context.lineTo(px(cursor), frame.y + frame.height);
        context.stroke();
      }
      for (const {head, colour} of series) if (head) dot(context, [px(head[0]), py(head[1])], 4.5, colour);
      context.restore();
    },
    // Which x a pointer is at.
    at(event) {
      const share = (event.clientX - canvas.getBoundingClientRect().left - frame.x) / frame.width;
      return lerp(range[0], range[1], clamp(share, 0, 1));
    },
  };
}
