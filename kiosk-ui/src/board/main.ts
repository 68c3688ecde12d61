import { mount } from 'svelte';
import '../theme/theme.css';
import Board from './Board.svelte';

const target = document.getElementById('page');
if (target) mount(Board, { target });
