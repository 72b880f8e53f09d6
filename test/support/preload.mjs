// Nest's core packages are ES modules with circular imports. Loading them here, before CommonJS packages (Bull's,
// Terminus') require them, completes them first. Otherwise Jest fails with "Cannot require() ES Module … in a
// cycle".
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import '@nestjs/bull-shared';
