// Detail: one endpoint, opened. Asks for what the stream does not carry, and arranges the parts.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { COLUMN, type EndpointDetail, type WireRow } from '../../protocol.ts'
import { ownShape } from '../admission.ts'
import { Controls } from '../controls/controls.tsx'
import { closeDetail } from '../keys.ts'
import { beat } from '../store/beat.ts'
import { type DetailAnswer, loadDetail } from '../store/detail.ts'
import { endpointOf, structure } from '../store/endpoints.ts'
import { connection, hello } from '../store/stream.ts'
import { Icon } from '../ui/icons.tsx'
import { shortName } from '../ui/name.tsx'
import { Evidence } from './evidence.tsx'
import { Figures } from './figures.tsx'
import { Heading } from './heading.tsx'
import { Policy } from './policy.tsx'
import { Statechart } from './statechart.tsx'
import { Timeline } from './timeline.tsx'
import { Traffic } from './traffic.tsx'
import { Transitions } from './transitions.tsx'

const AGAIN_MS = 1_000

export function Detail({ name }: { name: string }) {
  const panel = useRef<HTMLElement>(null)
  structure.value
  beat.value
  const endpoint = endpointOf(name)
  const { answer, refresh } = useDetail(name, endpoint?.row)
  const detail = answer !== null && 'detail' in answer ? answer.detail : null
  const row = endpoint?.row ?? detail?.row ?? null

  useLayoutEffect(() => {
    // Leafing with the keys of the list leaves the focus there.
    if (document.activeElement?.closest('[role="grid"]') == null) panel.current?.focus({ preventScroll: true })
  }, [])

  return (
    <section ref={panel} class="detail" tabIndex={-1} aria-label={`Endpoint ${shortName(name, 80)}`}>
      <button type="button" class="quiet detail-close" onClick={closeDetail} aria-label="Close" title="Close (Esc)">
        <Icon name="close" size={14} />
      </button>
      <Heading
        name={name}
        row={row}
        deadline={endpoint?.deadline ?? null}
        isGone={endpoint === undefined}
        detail={detail}
      />
      {hello.value?.controls && endpoint !== undefined && (
        <Controls name={name} row={endpoint.row} detail={detail} onDone={refresh} />
      )}
      {row !== null && <Body name={name} row={row} detail={detail} />}
      {answer !== null && 'problem' in answer && endpoint !== undefined && <p class="problem">{answer.problem}</p>}
    </section>
  )
}

function Body({ name, row, detail }: { name: string; row: WireRow; detail: EndpointDetail | null }) {
  const endpoint = endpointOf(name)
  return (
    <div class="parts">
      <Figures row={row} detail={detail} />
      <Statechart name={name} row={row} deadline={endpoint?.deadline ?? null} detail={detail} />
      {detail !== null && <Evidence evidence={detail.evidence} state={ownShape(row)} />}
      <div class="parts-column">
        <Traffic track={endpoint?.track ?? null} />
        {detail !== null && <Policy settings={detail.policy} warnings={detail.warnings} />}
      </div>
      {detail !== null && (
        <div class="parts-column">
          <Timeline detail={detail} />
          <Transitions transitions={detail.transitions} />
        </div>
      )}
    </div>
  )
}

function useDetail(name: string, row: WireRow | undefined) {
  const [answer, setAnswer] = useState<DetailAnswer | null>(null)
  const [wish, setWish] = useState(0)
  // Another generation, or a request, loads again.
  const generation = row?.[COLUMN.generation]
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      try {
        if (connection.peek().kind === 'live') setAnswer(await loadDetail(name, leaving.signal))
      } catch {
        // The connection is down, which the page says already; or this endpoint is no longer open.
      }
      if (!leaving.signal.aborted) timer = setTimeout(ask, AGAIN_MS)
    }
    void ask()
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [name, generation, wish])
  return { answer, refresh: () => setWish((before) => before + 1) }
}
