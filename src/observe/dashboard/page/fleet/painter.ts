// Painter: paints the mosaic, and of it at each beat only what is no longer as it was painted. A tile that has just changed
// has a halo that fades, unless the reader wants no motion.
import type { Endpoint } from '../store/endpoints.ts'
import { drawTile, type Grid, type Palette, placeOf, readPalette } from './tiles.ts'

const HALO_MS = 2400
const DIM = 0.16
/** How a tile that is not drawn yet looks. */
const NEVER = -1

export class Painter {
  readonly #context: CanvasRenderingContext2D | null
  readonly #grid: Grid
  /** How each tile was painted: its kind, and what is around it. */
  readonly #painted: Int16Array
  readonly #wantsMotion = !matchMedia('(prefers-reduced-motion: reduce)').matches
  #palette: Palette = readPalette()
  #repaint = -1

  constructor(canvas: HTMLCanvasElement, grid: Grid, count: number) {
    // Whole, so that every tile begins at a pixel and leaves nothing behind when it is cleared.
    const scale = Math.min(3, Math.ceil(devicePixelRatio || 1))
    const step = grid.size + grid.gap
    const width = grid.columns * step - grid.gap
    const height = grid.rows * step - grid.gap
    canvas.width = Math.ceil(width * scale)
    canvas.height = Math.ceil(height * scale)
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    this.#context = canvas.getContext('2d')
    this.#context?.scale(scale, scale)
    this.#grid = grid
    this.#painted = new Int16Array(count).fill(NEVER)
  }

  /** `repaint` is another number when the colours are others. */
  paint(endpoints: readonly Endpoint[], isFound: (endpoint: Endpoint) => boolean, repaint: number): void {
    const context = this.#context
    if (context === null) return
    if (repaint !== this.#repaint) {
      this.#palette = readPalette()
      this.#painted.fill(NEVER)
      this.#repaint = repaint
    }
    const now = performance.now()
    for (const [index, endpoint] of endpoints.entries()) {
      const look = this.#lookOf(endpoint, isFound(endpoint), now)
      if (this.#painted[index] === look) continue
      this.#painted[index] = look
      this.#tile(context, index, endpoint.kind, look)
    }
  }

  /** Its kind in the lowest three bits, then found, and how strong its halo is. */
  #lookOf(endpoint: Endpoint, isFound: boolean, now: number): number {
    const age = now - endpoint.changedAt
    const halo = this.#wantsMotion && age < HALO_MS ? Math.ceil((1 - age / HALO_MS) * 15) : 0
    return endpoint.kind | (isFound ? 8 : 0) | (halo << 4)
  }

  #tile(context: CanvasRenderingContext2D, index: number, kind: number, look: number): void {
    const { x, y } = placeOf(index, this.#grid)
    const { size, gap } = this.#grid
    const palette = this.#palette
    const around = Math.floor(gap / 2)
    context.clearRect(x - around, y - around, size + 2 * around, size + 2 * around)
    const halo = (look >> 4) / 15
    if (halo > 0 && around > 0) {
      context.globalAlpha = halo * 0.55
      context.fillStyle = palette.tiles[kind] ?? palette.faint
      context.fillRect(x - around, y - around, size + 2 * around, size + 2 * around)
    }
    context.globalAlpha = (look & 8) !== 0 ? 1 : DIM
    drawTile(context, x, y, size, kind, palette)
    if (halo > 0 && around === 0) {
      // No room around it: it shines itself.
      context.globalAlpha = halo * 0.6
      context.fillStyle = palette.onTile
      context.fillRect(x, y, size, size)
    }
    context.globalAlpha = 1
  }
}
