// Tiles: the fleet as a picture on a canvas: one tile an endpoint, as large as fits. The kinds differ in colour, in
// brightness and in shape: what is closed recedes, what is open is a full bright tile with a cross.
import { KINDS, type Kind } from '../admission.ts'
import { colour } from '../store/theme.ts'

export interface Grid {
  readonly columns: number
  readonly rows: number
  /** Of a tile, without the gap. */
  readonly size: number
  readonly gap: number
}

const SMALLEST = 5
const LARGEST = 34

/** The largest tiles of which `count` fit; of the smallest, as many rows as it takes. */
export function gridFor(count: number, width: number, height: number): Grid {
  for (let size = LARGEST; size > SMALLEST; size--) {
    const gap = gapFor(size)
    const columns = Math.floor((width + gap) / (size + gap))
    if (columns * Math.floor((height + gap) / (size + gap)) >= count) return square(count, columns, size, gap)
  }
  const gap = gapFor(SMALLEST)
  return square(count, Math.max(1, Math.floor((width + gap) / (SMALLEST + gap))), SMALLEST, gap)
}

function square(count: number, columns: number, size: number, gap: number): Grid {
  return { columns, rows: Math.ceil(count / columns), size, gap }
}

function gapFor(size: number): number {
  return size > 20 ? 4 : size > 12 ? 3 : size > 8 ? 2 : 1
}

export interface Palette {
  readonly faint: string
  /** Of the kinds, by their numbers. */
  readonly tiles: readonly string[]
  readonly onTile: string
}

const COLOUR_OF: Readonly<Record<Kind, string>> = {
  open: '--open',
  forcedOpen: '--forcedOpen',
  full: '--full',
  some: '--halfOpen',
  disabled: '--disabled',
  closed: '--tile-closed',
}

export function readPalette(): Palette {
  return {
    faint: colour('--ink-3'),
    tiles: KINDS.map(({ key }) => colour(COLOUR_OF[key])),
    onTile: colour('--on-state'),
  }
}

export function placeOf(index: number, { columns, size, gap }: Grid): { x: number; y: number } {
  return { x: (index % columns) * (size + gap), y: Math.floor(index / columns) * (size + gap) }
}

type Context = CanvasRenderingContext2D

export function drawTile(context: Context, x: number, y: number, size: number, kind: number, palette: Palette): void {
  const key = KINDS[kind]?.key
  const own = palette.tiles[kind] ?? palette.faint
  context.fillStyle = context.strokeStyle = own
  if (key === 'closed') {
    fillRounded(context, x, y, size, size / 6)
  } else if (key === 'some') {
    // Half of it.
    context.beginPath()
    context.moveTo(x, y + size)
    context.lineTo(x, y)
    context.lineTo(x + size, y + size)
    context.fill()
    outline(context, x, y, size)
  } else if (key === 'disabled') {
    outline(context, x, y, size)
  } else if (key === 'full') {
    // Framed, and filled up within.
    outline(context, x, y, size)
    const edge = Math.max(2, Math.round(size * 0.25))
    context.fillRect(x + edge, y + edge, size - 2 * edge, size - 2 * edge)
  } else {
    fillRounded(context, x, y, size, size / 10)
    cut(context, x, y, size, key === 'open', palette)
  }
}

/** Within the tile. */
function outline(context: Context, x: number, y: number, size: number): void {
  const width = size > 12 ? 1.5 : 1
  context.lineWidth = width
  context.strokeRect(x + width / 2, y + width / 2, size - width, size - width)
}

/** What is cut out of a full tile: a cross of an open one, a bar of one that is forced open. */
function cut(context: Context, x: number, y: number, size: number, isCross: boolean, { onTile }: Palette): void {
  if (size < 7) return
  const edge = size * 0.28
  context.strokeStyle = onTile
  context.lineWidth = Math.max(1, size / 9)
  context.beginPath()
  if (isCross) {
    context.moveTo(x + edge, y + edge)
    context.lineTo(x + size - edge, y + size - edge)
    context.moveTo(x + size - edge, y + edge)
    context.lineTo(x + edge, y + size - edge)
  } else {
    context.moveTo(x + edge, y + size / 2)
    context.lineTo(x + size - edge, y + size / 2)
  }
  context.stroke()
}

function fillRounded(context: Context, x: number, y: number, size: number, radius: number): void {
  if (radius < 1.2) {
    context.fillRect(x, y, size, size)
    return
  }
  context.beginPath()
  context.roundRect(x, y, size, size, radius)
  context.fill()
}
