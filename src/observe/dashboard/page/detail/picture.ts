// Picture: a statechart with the place of everything in it. Made when the page is built, from the machine that runs
// (scripts/statechart-picture.ts); drawn by statechart.tsx. Lengths are in CSS pixels at 100 %.

/** A state, the point where the machine starts, or a point where a transition of the machine itself begins: in any state. */
export interface PictureNode {
  readonly id: string
  readonly kind: 'state' | 'start' | 'any'
  readonly description: string
  /** Of its middle. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** What happens in this state without leaving it, and what each does. */
  readonly inside: readonly PictureTransition[]
}

/** What can happen on an edge. */
export interface PictureTransition {
  readonly event: string
  readonly guard: string
  readonly description: string
}

/** All transitions from one box to another. */
export interface PictureEdge {
  readonly id: string
  /** `null`: any state. */
  readonly from: string | null
  readonly to: string
  readonly transitions: readonly PictureTransition[]
  /** The `d` of an SVG path. */
  readonly path: string
  /** What is written beside it, a line each, and where their middle is. */
  readonly label: {
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly lines: readonly string[]
  }
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly PictureEdge[]
}
