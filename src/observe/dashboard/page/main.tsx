// Main: where the page begins.
import './style/all.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { listenToKeys } from './keys.ts'
import { startBeat } from './store/beat.ts'
import { watch } from './store/stream.ts'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
listenToKeys()
startBeat()
void watch()
