import { mount } from 'svelte';
import '../theme/theme.css';
import Desk from './Desk.svelte';

const target = document.getElementById('page');
if (target) mount(Desk, { target });
