import { mount } from 'svelte';
import '../theme/theme.css';
import Kiosk from './Kiosk.svelte';

const target = document.getElementById('page');
if (target) mount(Kiosk, { target });
