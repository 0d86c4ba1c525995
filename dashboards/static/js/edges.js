// The arrows of a drawing: which way they take between two nodes of a grid.

export const HEAD_SIZE = 6;
const HEADS = {
  right: (x, y) => `M${x} ${y}l${-HEAD_SIZE} ${-HEAD_SIZE / 2}v${HEAD_SIZE}z`,
  down: (x, y) => `M${x} ${y}l${-HEAD_SIZE / 2} ${-HEAD_SIZE}h${HEAD_SIZE}z`,
  up: (x, y) => `M${x} ${y}l${-HEAD_SIZE / 2} ${HEAD_SIZE}h${HEAD_SIZE}z`,
};

/** The paths of an edge, its line and its head. */
export function edgeShape(edge, grid) {
  const [source, target] = [grid.nodes.get(edge.source), grid.nodes.get(edge.target)];
  if (edge.arrow === "merged") return arc(source, target, grid, 1);
  if (source.row === target.row) {
    const next = target.column - source.column === 1 && edge.arrow !== "skip";
    return next ? straight(source, target, grid) : arc(source, target, grid, -1);
  }
  return grid.form === "chain" ? square(source, target, grid) : curve(edge, source, target, grid);
}

/** Half the width of a node: sums are small circles. */
const half = (node, grid) => (node.shape === "sum" ? 14 : grid.width / 2 + (node.shape === "residual" ? 3 : 0)) + (node.output ? 4 : 0);
const halfHeight = (node, grid) => (node.shape === "sum" ? 14 : grid.height / 2) + (node.output ? 4 : 0);

function straight(source, target, grid) {
  const [from, to] = [source.x + half(source, grid), target.x - half(target, grid)];
  return { line: `M${from} ${source.y}H${to - HEAD_SIZE}`, head: HEADS.right(to, target.y) };
}

/** Over (`side` -1) or under (1) what stands between, the higher the further apart. */
function arc(source, target, grid, side) {
  const apart = target.column - source.column;
  const rise = side * Math.min(grid.cellHeight * 0.42, 10 + 3 * apart);
  const from = { x: source.x + 6, y: source.y + side * halfHeight(source, grid) };
  const to = { x: target.x - 8, y: target.y + side * halfHeight(target, grid) };
  const end = to.y + side * HEAD_SIZE;
  const line = `M${from.x} ${from.y}C${from.x + 8} ${from.y + rise} ${to.x - 8} ${end + rise} ${to.x} ${end}`;
  return { line, head: side < 0 ? HEADS.down(to.x, to.y) : HEADS.up(to.x, to.y) };
}

/** Between two levels: out to the right, in from the left, beside what else comes in. */
function curve(edge, source, target, grid) {
  const sources = grid.incoming.get(edge.target);
  const y = target.y + (sources.indexOf(edge.source) - (sources.length - 1) / 2) * 10;
  const [from, to] = [source.x + half(source, grid), target.x - half(target, grid)];
  const bend = Math.min(26, (to - from) / 2);
  const end = to - HEAD_SIZE;
  return { line: `M${from} ${source.y}C${from + bend} ${source.y} ${end - bend} ${y} ${end} ${y}`, head: HEADS.right(to, y) };
}

/** Between the rows of a chain: along the lower row, and down or up at its end. */
function square(source, target, grid) {
  if (target.y > source.y) {
    const to = target.x - half(target, grid);
    return { line: `M${source.x} ${source.y + halfHeight(source, grid)}V${target.y}H${to - HEAD_SIZE}`, head: HEADS.right(to, target.y) };
  }
  const to = target.y + halfHeight(target, grid);
  return { line: `M${source.x + half(source, grid)} ${source.y}H${target.x}V${to + HEAD_SIZE}`, head: HEADS.up(target.x, to) };
}
