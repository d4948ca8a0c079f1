// Dialog: a question or a text in front of the page. The browser's own, which keeps the focus inside and closes on Escape.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly isWide?: boolean
}

export function Dialog({ title, onClose, children, isWide = false }: Props) {
  const element = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    const dialog = element.current
    dialog?.showModal()
    return () => {
      // Unless the focus has gone elsewhere already.
      if (before instanceof HTMLElement && dialog?.contains(document.activeElement)) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key for it is Escape, which the browser minds
    <dialog
      ref={element}
      class={`dialog${isWide ? ' dialog-wide' : ''}`}
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        // The dialog itself is what is hit beside its contents.
        if (event.target === element.current) element.current?.close()
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="quiet" aria-label="Close" onClick={() => element.current?.close()}>
            <Icon name="close" size={14} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
