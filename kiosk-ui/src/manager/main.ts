import { mount } from 'svelte';
import '../theme/theme.css';
import Manager from './Manager.svelte';

const target = document.getElementById('page');
if (target) mount(Manager, { target });
