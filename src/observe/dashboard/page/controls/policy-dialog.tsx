// Policy dialog: another policy for one endpoint, written as its options. While you write, the process says what it would
// mean; nothing changes before it is applied.
import { useEffect, useRef, useState } from 'preact/hooks'
import { type EndpointDetail, PATHS, type PolicyAnswer, type PolicyRequest } from '../../protocol.ts'
import { Warnings } from '../detail/policy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Name } from '../ui/name.tsx'
import { rememberToken, send, token } from './send.ts'
import { TokenField } from './token-field.tsx'

const PAUSE_MS = 300

interface Props {
  readonly name: string
  readonly detail: EndpointDetail
  readonly onClose: () => void
  readonly onDone: () => void
}

type Preview = { readonly answer: PolicyAnswer } | { readonly problem: string } | null

export function PolicyDialog({ name, detail, onClose, onDone }: Props) {
  const [text, setText] = useState(() => JSON.stringify(detail.options, null, 2))
  const [typed, setTyped] = useState(token.value)
  const [preview, setPreview] = useState<Preview>(null)
  const [isBusy, setBusy] = useState(false)
  const asked = useRef(0)

  useEffect(() => {
    const turn = ++asked.current
    const timer = setTimeout(async () => {
      const result = await ask(PATHS.preview, name, text, typed)
      // Meanwhile something else may have been written.
      if (turn === asked.current) setPreview(result)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [name, text, typed])

  const apply = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    asked.current++
    const result = await ask(PATHS.policy, name, text, typed)
    setBusy(false)
    if (result !== null && 'answer' in result) {
      onDone()
      onClose()
    } else setPreview(result)
  }

  const changes = preview !== null && 'answer' in preview ? preview.answer.changes : []
  return (
    <Dialog title="Change its policy" onClose={onClose} isWide>
      <form onSubmit={(event) => void apply(event)}>
        <p class="dialog-endpoint">
          <Name name={name} />
        </p>
        <p>
          State and evidence stay: another policy neither opens nor closes by itself. What is left out stays as it is.
        </p>
        {token.value === '' && <TokenField value={typed} onInput={setTyped} />}
        <div class="policy-editor">
          <label class="field">
            <span>Options, as JSON</span>
            <textarea
              spellcheck={false}
              value={text}
              rows={16}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </label>
          <div class="preview" aria-live="polite">
            <h3>What it means</h3>
            <PreviewText preview={preview} hasToken={typed !== ''} />
          </div>
        </div>
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isBusy || changes.length === 0}>
            Apply {changes.length > 0 && (changes.length === 1 ? 'one change' : `${changes.length} changes`)}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}

function PreviewText({ preview, hasToken }: { preview: Preview; hasToken: boolean }) {
  if (!hasToken) return <p class="faint">With the token, what you write is explained here.</p>
  if (preview === null) return <p class="faint">…</p>
  if ('problem' in preview) return <p class="problem">{preview.problem}</p>
  const { changes, warnings } = preview.answer
  return (
    <>
      {changes.length === 0 && <p class="faint">That is the policy it has.</p>}
      <ul class="changes">
        {changes.map(({ setting, before, value, meaning }) => (
          <li key={setting}>
            <strong>{setting}</strong>{' '}
            <span class="change">
              <del>{before}</del> → <ins>{value}</ins>
            </span>
            <p>{meaning}</p>
          </li>
        ))}
      </ul>
      <Warnings warnings={warnings} />
    </>
  )
}

async function ask(path: string, endpoint: string, text: string, typed: string): Promise<Preview> {
  if (typed === '') return null
  let policy: PolicyRequest['policy']
  try {
    policy = JSON.parse(text)
  } catch (error) {
    return { problem: `This is not JSON yet: ${error instanceof Error ? error.message : String(error)}` }
  }
  const sent = await send<PolicyAnswer>(path, { endpoint, policy } satisfies PolicyRequest, typed)
  if ('answer' in sent) rememberToken(typed)
  else if (sent.isTokenWrong) rememberToken('')
  return sent
}
