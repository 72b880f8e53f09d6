// Nest's core packages are ES modules that import each other in circles. Loaded first and from here they are complete
// before CommonJS packages (Bull's, Terminus') require them, which Jest would refuse with "Cannot require() ES Module
// … in a cycle".
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import '@nestjs/bull-shared';
