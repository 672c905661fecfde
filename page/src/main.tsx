import { render } from 'preact';
import { App } from './app.tsx';
import { begin } from './live/session.ts';
import './styles/colours.css';
import './styles/page.css';
import './styles/parts.css';
import './styles/views.css';

const place = document.getElementById('page');
if (place !== null) render(<App />, place);
void begin();
