import { ownTempFolder } from '../nothing-left-behind.js';

export default () => ownTempFolder(500);
