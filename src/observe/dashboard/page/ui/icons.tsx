// Icons: the few pictures of the page, as SVG. The glyphs of the states differ in shape, not in colour alone.
import type { ComponentChildren } from 'preact'
import type { Shape } from '../admission.ts'

const SHAPES: Record<Shape, ComponentChildren> = {
  closed: <circle cx="8" cy="8" r="5.5" class="glyph-fill" />,
  halfOpen: (
    <>
      <circle cx="8" cy="8" r="5.2" class="glyph-line" />
      <path d="M8 2.8a5.2 5.2 0 0 0 0 10.4z" class="glyph-fill" />
    </>
  ),
  ramping: (
    <>
      <circle cx="8" cy="8" r="5.2" class="glyph-line" />
      <path d="M2.8 8a5.2 5.2 0 0 0 10.4 0z" class="glyph-fill" />
    </>
  ),
  full: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="2.5" class="glyph-line" />
      <path d="M5 5.4h6M5 8h6m-6 2.6h6" class="glyph-line" />
    </>
  ),
  open: <path d="M8 .9 15.1 8 8 15.1 .9 8z" class="glyph-fill" />,
  forcedOpen: (
    <>
      <rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2" class="glyph-fill" />
      <path d="M4.5 8h7" class="glyph-cut" />
    </>
  ),
  disabled: (
    <>
      <circle cx="8" cy="8" r="5.5" class="glyph-line glyph-dashed" />
      <path d="M4.2 11.8l7.6-7.6" class="glyph-line" />
    </>
  ),
}

interface GlyphProps {
  readonly shape: string
  /** Whose colour it has. */
  readonly kind?: string
  /** A bar above it: it is the fleet's. */
  readonly isFleets?: boolean
  readonly size?: number
}

/** The sign of a state, or of who refuses; what is beside it says the word. */
export function Glyph({ shape, kind = shape, isFleets = false, size = 14 }: GlyphProps) {
  const sign = SHAPES[shape as Shape] ?? <rect x="3" y="3" width="10" height="10" class="glyph-line" />
  return (
    <svg class={`glyph state-${kind}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {isFleets && <path d="M1.5 1.6h13" class="glyph-line" />}
      {isFleets ? <g transform="translate(2 4) scale(.75)">{sign}</g> : sign}
    </svg>
  )
}

const PATHS = {
  search: 'M7 12.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zm4-1.5 3.5 3.5',
  close: 'M3.5 3.5l9 9m0-9-9 9',
  list: 'M2 4h12M2 8h12M2 12h12',
  fleet: 'M2.5 2.5h4v4h-4zm7 0h4v4h-4zm-7 7h4v4h-4zm7 0h4v4h-4z',
  system: 'M2 3.5h12v8H2zm4 11h4m-2-3v3',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zm0-3.6v.9m0 11.4v.9M1.4 8h.9m11.4 0h.9M3.3 3.3l.7.7m8 8 .7.7m0-9.4-.7.7m-8 8-.7.7',
  dark: 'M13.6 9.6A5.9 5.9 0 0 1 6.4 2.4a5.9 5.9 0 1 0 7.2 7.2z',
  help: 'M6 6.1a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4v.3m0 2v.2M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z',
  back: 'M10 3 5 8l5 5',
  arrow: 'M2 8h11m-4-4 4 4-4 4',
  warning: 'M8 2 1.5 13.5h13zm0 4.5v3.4m0 1.8v.2',
} as const

export function Icon({ name, size = 16 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}

/** A switch: the mark of the house. */
export function Mark() {
  return (
    <svg class="mark" width="30" height="30" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" class="mark-ground" />
      <path d="M4.5 20.5h6.5l9-9.5M22 20.5h5.5" class="mark-line" />
      <circle cx="11" cy="20.5" r="2.7" class="mark-dot" />
      <circle cx="22" cy="20.5" r="2.7" class="mark-dot" />
    </svg>
  )
}
