// Spans: what the spans of callers show of their breakers. Events of a call run in its asynchronous context, where the
// active span is the caller's.
import { type Attributes, type Span, type Tracer, trace } from '@opentelemetry/api'
import { describeReason, type Registry, type RegistryEvents } from '../../index.ts'
import { labelOf } from '../metrics/index.ts'

const TRANSITION = 'switchgear.transition'

/** Each transition is an event of the active span; if there is none, and there is a tracer, a span of its own. */
export function annotateTransitions(registry: Registry, tracer: Tracer | undefined): () => void {
  return registry.on('transition', (event) => {
    const attributes = attributesOf(event)
    const span = recordingSpan()
    if (span !== undefined) span.addEvent(TRANSITION, attributes, event.time)
    // Without a parent: a timer's context is that of the code that set it, whose span has ended.
    else tracer?.startSpan(TRANSITION, { root: true, attributes, startTime: event.time }).end(event.time)
  })
}

/** The outcome of each guarded call goes to the active span. */
export function annotateCalls(registry: Registry): () => void {
  const tell = (outcome: string) => (event: { readonly endpoint: string; readonly generation: number }) => {
    recordingSpan()?.setAttributes({
      'switchgear.endpoint': labelOf(event.endpoint),
      'switchgear.outcome': outcome,
      'switchgear.generation': event.generation,
    })
  }
  const ends = [
    registry.on('success', tell('success')),
    registry.on('failure', tell('failure')),
    registry.on('timeout', tell('timeout')),
    registry.on('ignored', tell('ignored')),
    registry.on('late', tell('late')),
    registry.on('rejected', tell('rejected')),
    registry.on('limited', tell('limited')),
    registry.on('nested', tell('nested')),
    registry.on('fallback', () => {
      recordingSpan()?.setAttribute('switchgear.fallback', true)
    }),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function attributesOf({ endpoint, from, to, generation, reason }: RegistryEvents['transition']): Attributes {
  return {
    'switchgear.endpoint': labelOf(endpoint),
    'switchgear.state.from': from,
    'switchgear.state.to': to,
    'switchgear.generation': generation,
    'switchgear.reason': reason.type,
    'switchgear.reason.description': describeReason(reason),
  }
}

/** A span that has ended takes nothing more, and a timer has the context of the code that set it. */
function recordingSpan(): Span | undefined {
  const span = trace.getActiveSpan()
  return span?.isRecording() ? span : undefined
}
