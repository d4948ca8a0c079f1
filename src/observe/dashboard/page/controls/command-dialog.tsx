// Command dialog: says what a command will do to this endpoint, asks for the token where it is not known, and carries it out.
import { useState } from 'preact/hooks'
import {
  type Command,
  type ControlAnswer,
  type ControlRequest,
  type EndpointDetail,
  PATHS,
  type WireRow,
} from '../../protocol.ts'
import { lookOf } from '../admission.ts'
import { applyRows } from '../store/endpoints.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Name } from '../ui/name.tsx'
import { LookBadge } from '../ui/state-badge.tsx'
import { COMMAND_PAGES } from './commands.ts'
import { consequenceOf } from './consequence.ts'
import { rememberToken, send, token } from './send.ts'
import { TokenField } from './token-field.tsx'

interface Props {
  readonly name: string
  readonly row: WireRow
  readonly detail: EndpointDetail | null
  readonly command: Command
  readonly onClose: () => void
  readonly onDone: () => void
}

export function CommandDialog({ name, row, detail, command, onClose, onDone }: Props) {
  const { title, will, button, asksWhy, isGrave } = COMMAND_PAGES[command]
  const { words, isHeld } = consequenceOf(command, detail)
  const [message, setMessage] = useState('')
  const [typed, setTyped] = useState(token.value)
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)

  const carryOut = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    const request: ControlRequest = {
      endpoint: name,
      command,
      ...(asksWhy && message !== '' ? { message } : {}),
    }
    const sent = await send<ControlAnswer>(PATHS.control, request, typed)
    setBusy(false)
    if ('problem' in sent) {
      if (sent.isTokenWrong) rememberToken('')
      setProblem(sent.problem)
      return
    }
    rememberToken(typed)
    applyRows({ now: Date.now(), rows: [sent.answer.row], gone: [] })
    onDone()
    onClose()
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void carryOut(event)}>
        <p class="dialog-endpoint">
          <Name name={name} /> is <LookBadge look={lookOf(row)} />
        </p>
        <p>{will}</p>
        <p class={isHeld ? 'held' : ''}>{words}</p>
        {asksWhy && (
          <label class="field">
            <span>Why (callers and logs are told)</span>
            <input
              value={message}
              maxLength={200}
              placeholder="as in: maintenance until 14:00"
              onInput={({ currentTarget }) => setMessage(currentTarget.value)}
            />
          </label>
        )}
        {token.value === '' && <TokenField value={typed} onInput={setTyped} />}
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={`primary${isGrave ? ' is-grave' : ''}`} disabled={isBusy || typed === ''}>
            {button}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
