// The function over its window, in places u, v from 0 to 1 across it.
function makeRelief({low, high, columns, rows, heights, least, top, soft, contours}) {
  const node = (c, r) => heights[clamp(r, 0, rows - 1) * columns + clamp(c, 0, columns - 1)] / 9999;
  const shades = new Float32Array(columns * rows);
  for (let r = 0; r < rows; ++r)
    for (let c = 0; c < columns; ++c) {
      // Light from the upper left.
      const x = (node(c + 1, r) - node(c - 1, r)) * columns / 4, y = (node(c, r + 1) - node(c, r - 1)) * rows / 4;
      shades[r * columns + c] = (0.45 * x - 0.55 * y + 0.7) / Math.hypot(x, y, 1) / Math.hypot(0.45, 0.55, 0.7);
    }
  function between(numbers, scale, u, v) {
    const x = clamp(u, 0, 1) * (columns - 1), y = clamp(v, 0, 1) * (rows - 1);
    const c = Math.min(Math.floor(x), columns - 2), r = Math.min(Math.floor(y), rows - 2), i = r * columns + c;
    const s = x - c, t = y - r;
    return scale * ((numbers[i] * (1 - s) + numbers[i + 1] * s) * (1 - t) +
      (numbers[i + columns] * (1 - s) + numbers[i + columns + 1] * s) * t);
  }
  const relief = {
    low, high, least, contours,
    aspect: (high[0] - low[0]) / (high[1] - low[1]),
    height: (u, v) => between(heights, 1 / 9999, u, v),
    place: (x, y) => [(x - low[0]) / (high[0] - low[0]), (y - low[1]) / (high[1] - low[1])],
    value: (height) => least + soft * Math.expm1(height * Math.log1p((top - least) / soft)),
    heightOf: (excess) => clamp(Math.log1p(excess / soft) / Math.log1p((top - least) / soft), 0, 1),
    // Colours of heights, darker and lighter by the light on the slope.
    readColours() {
      const [a, b, c] = ["--low", "--middle", "--high"].map((name) => rgb(style(name)));
      const flat = 0.7 / Math.hypot(0.45, 0.55, 0.7);
      relief.colour = (u, v) => {
        const h = relief.height(u, v), light = 1 + 0.3 * (between(shades, 1, u, v) - flat);
        return a.map((_, i) => clamp((h < 0.5 ? lerp(a[i], b[i], 2 * h) : lerp(b[i], c[i], 2 * h - 1)) * light, 0, 255));
      };
    },
  };
  relief.readColours();
  return relief;
}
