// Screen: the whole terminal for one picture that changes; what was on it before is there again afterwards, whatever ends
// the process.

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

export interface Screen {
  draw(lines: readonly string[]): void
  close(): void
}

/** Lines that are longer than the terminal is wide are cut by it. */
export function openScreen(out: NodeJS.WriteStream): Screen {
  let last = ''
  let isOpen = true
  const close = () => {
    if (!isOpen) return
    isOpen = false
    process.off('exit', close)
    out.write(LEAVE)
  }
  process.on('exit', close)
  out.write(ENTER)
  const redraw = () => {
    last = ''
  }
  out.on('resize', redraw)
  return {
    draw(lines) {
      if (!isOpen || out.writableLength > 0) return
      const picture = lines
        .slice(0, out.rows)
        .map((line) => `${line}${CLEAR_LINE}`)
        .join('\r\n')
      if (picture === last) return
      last = picture
      out.write(`${HOME}${picture}${CLEAR_BELOW}`)
    },
    close() {
      out.off('resize', redraw)
      close()
    },
  }
}
