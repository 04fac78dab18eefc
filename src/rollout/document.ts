import { z } from 'zod';
import { acceptableCode, duration, identifier, limit, name, selector, values } from './document-fields.js';
import { injectionProblem, installerProblem, profileProblem, releaseProblem } from './document-words.js';
