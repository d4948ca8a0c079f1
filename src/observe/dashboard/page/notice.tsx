// Notice: a band that says, in words, that what the page shows is not live, since when, and what will happen.
import { PROTOCOL } from '../protocol.ts'
import { countdown, duration, timeOfDay } from './format.ts'
import { beat } from './store/beat.ts'
import { connection, hello } from './store/stream.ts'
import { Icon } from './ui/icons.tsx'

export function Notice() {
  const now = connection.value
  if (now.kind === 'live' || now.kind === 'connecting') return null
  return (
    <div class={`notice notice-${now.kind}`} role="alert">
      <Icon name="warning" />
      <p>{sentences()}</p>
    </div>
  )
}

function sentences() {
  const now = connection.value
  const pid = hello.value?.pid
  const who = pid === undefined ? 'The process' : `Process ${pid}`
  switch (now.kind) {
    case 'stopped':
      return (
        <>
          <strong>{who} has stopped</strong> ({now.why}) at {timeOfDay(now.since)}. What you see is how it was then. If
          it comes back, so does this page.
        </>
      )
    case 'foreign':
      return (
        <>
          <strong>This page speaks another version.</strong> The process speaks version {now.protocol}, this page
          version {PROTOCOL}. Load the page again.
        </>
      )
    case 'lost':
      return (
        <>
          <strong>{pid === undefined ? 'No process answers' : `No word from process ${pid}`}</strong> since{' '}
          {timeOfDay(now.since)} ({now.problem}). {pid !== undefined && 'What you see is from then. '}
          <Attempt since={now.since} retryAt={now.retryAt} />
        </>
      )
    default:
      return null
  }
}

function Attempt({ since, retryAt }: { since: number; retryAt: number }) {
  beat.value
  const left = retryAt - Date.now()
  const age = Date.now() - since
  return (
    <span class="attempt" aria-hidden="true">
      {age >= 1000 && `That is ${duration(Math.floor(age / 1000) * 1000)} ago. `}
      {left > 0 ? `Next try in ${countdown(left)}.` : 'Trying…'}
    </span>
  )
}
