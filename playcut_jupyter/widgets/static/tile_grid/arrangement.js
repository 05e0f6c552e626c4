// Which tile stands where: rows and columns by two of the axes, filtered by the others, or one flow of tiles.

/** Return the axes that are rows and columns: those that were chosen, else the last two; "" for none. */
export function chooseAxes(axes, chosen) {
  const names = axes.map((axis) => axis.name)
  const columns = names.includes(chosen.columns) ? chosen.columns : (names.at(-1) ?? "")
  const others = names.filter((name) => name !== columns)
  const rows = chosen.rows === "" || others.includes(chosen.rows) ? chosen.rows : (others.at(-1) ?? "")
  return { columns, rows, others: others.filter((name) => name !== rows) }
}

/** Return the tiles that are shown: without what is hidden, and of other axes only the chosen values. */
export function visibleTiles(tiles, others, filters, leavesOutHidden) {
  return tiles.filter(
    (tile) =>
      !(leavesOutHidden && tile.hidden) &&
      others.every((name) => filters[name] === undefined || filters[name] === tile.labels[name]),
  )
}

/** Return the values of an axis that some tile has, in the axis's order. */
function valuesOf(axes, name, tiles) {
  const seen = new Set(tiles.map((tile) => tile.labels[name]))
  const known = axes.find((axis) => axis.name === name)?.values ?? []
  return [...known.filter((value) => seen.has(value)), ...[...seen].filter((value) => !known.includes(value))]
}

/**
 * Return { columns, rows }: the columns' values, and for each row its value and its cells, which are lists of tiles.
 * Without an axis for the columns there is one row with one cell, whose tiles flow.
 */
export function arrange(tiles, axes, { columns, rows }) {
  if (!columns) return { columns: [], rows: [{ value: "", cells: [tiles] }] }
  const across = valuesOf(axes, columns, tiles)
  const down = rows ? valuesOf(axes, rows, tiles) : [""]
  return {
    columns: across,
    rows: down.map((value) => ({
      value: value ?? "",
      cells: across.map((column) =>
        tiles.filter((tile) => tile.labels[columns] === column && (!rows || tile.labels[rows] === value)),
      ),
    })),
  }
}

/** Return the id of the tile that an arrow leads to from `id`; its own where there is none. */
export function neighbour(arrangement, id, key) {
  const lines = arrangement.rows.map((row) => row.cells)
  const row = lines.findIndex((cells) => cells.some((cell) => cell.some((tile) => tile.id === id)))
  if (row < 0) return id
  const column = lines[row].findIndex((cell) => cell.some((tile) => tile.id === id))
  const at = lines[row][column].findIndex((tile) => tile.id === id)
  const line = lines[row].flat()
  const inLine = line.findIndex((tile) => tile.id === id)
  if (key === "Home") return line[0].id
  if (key === "End") return line.at(-1).id
  if (key === "ArrowLeft") return line[Math.max(0, inLine - 1)].id
  if (key === "ArrowRight") return line[Math.min(line.length - 1, inLine + 1)].id
  const step = key === "ArrowUp" ? -1 : 1
  for (let next = row + step; next >= 0 && next < lines.length; next += step) {
    const cell = lines[next][column]
    if (cell.length) return cell[Math.min(at, cell.length - 1)].id
  }
  return id
}
