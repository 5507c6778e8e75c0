import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { FleetStore } from './data/store';
import { applyTheme, storedTheme } from './theme';
import './styles.css';

applyTheme(storedTheme());
const store = new FleetStore();
void store.connect();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App store={store} />
  </StrictMode>,
);
