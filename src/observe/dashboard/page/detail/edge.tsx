// Edge: the transitions between two states, as a line with its words. The last one taken shines and travels along it.
import type { PictureEdge } from './picture.ts'

const LINE_HEIGHT = 14

interface Props {
  readonly edge: PictureEdge
  /** 0: the last transition took it, 1: the one before; -1: none of the last. */
  readonly age: number
  /** Another one for each travel; `null`: none. */
  readonly travel: string | null
}

export function Edge({ edge: { path, label, to, from, transitions }, age, travel }: Props) {
  const top = label.y - ((label.lines.length - 1) * LINE_HEIGHT) / 2 + 4
  const descriptions = transitions.map(({ description }) => description).filter((text) => text !== '')
  return (
    <g class={`edge state-${to}${age < 0 ? '' : ` edge-taken edge-age-${age}`}`} data-edge={`${from ?? 'any'}>${to}`}>
      <title>{descriptions.join(' ') || `${from ?? 'any state'} to ${to}`}</title>
      <path d={path} class="edge-line" marker-end="url(#arrow)" />
      {label.lines.length > 0 && (
        <rect
          x={label.x - label.width / 2}
          y={label.y - label.height / 2}
          width={label.width}
          height={label.height}
          rx="4"
          class="edge-ground"
        />
      )}
      {travel !== null && (
        <g key={travel} class="travel">
          <path d={path} pathLength={100} class="travel-glow" />
          <path d={path} pathLength={100} class="travel-head" />
        </g>
      )}
      {label.lines.map((line, index) => (
        <text
          key={line}
          x={label.x}
          y={top + index * LINE_HEIGHT}
          class={line.startsWith('[') ? 'edge-guard' : 'edge-event'}
        >
          {line}
        </text>
      ))}
    </g>
  )
}
