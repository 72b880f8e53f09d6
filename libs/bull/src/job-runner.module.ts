import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { DeadLetterRetention } from './dead-letter-retention.js';
import { assignProcessors, type Job, ProcessorDiscovery, type RunnableJob } from '#libs/jobs';
import { Degradations } from '#libs/lifecycle';
import { JobRunner } from './job-runner.js';
import { PeriodicJobs } from './periodic-jobs.js';
import { JOBS } from './tokens.js';

const ROLE = Symbol('JobRole');

/** Runs the jobs of one role in this process. A process with several roles imports it once per role. */
@Module({})
export class JobRunnerModule
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private runnable: readonly RunnableJob[] = [];

  constructor(
    @Inject(ROLE) private readonly role: string,
    @Inject(JOBS) private readonly jobs: readonly Job[],
    private readonly runner: JobRunner,
    private readonly periodicJobs: PeriodicJobs,
    private readonly processorDiscovery: ProcessorDiscovery,
    private readonly discovery: DiscoveryService,
    @Optional() private readonly degradations?: Degradations,
  ) {}

  static forRole(role: string): DynamicModule {
    return {
      module: JobRunnerModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: ROLE, useValue: role },
        JobRunner,
        PeriodicJobs,
        DeadLetterRetention,
        ProcessorDiscovery,
      ],
    };
  }

  /** Runs before anything else, so that a process that refuses to start hasn't taken a job. */
  onModuleInit(): void {
    const found = this.processorDiscovery.find();
    this.runnable = assignProcessors(this.jobs, this.role, found, this.rolesHere());
  }

  /** Those of all runners in this process. */
  private rolesHere(): string[] {
    const runners = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    return runners.filter((one) => one instanceof JobRunnerModule).map(({ role }) => role);
  }

  onApplicationBootstrap(): void {
    this.runner.start(this.runnable);
    this.degradations?.add('queues', () => this.runner.standstill());
    this.periodicJobs.start(this.runnable.map(({ job }) => job));
  }

  onModuleDestroy(): void {
    this.periodicJobs.stop();
    this.runner.stopFetching();
  }

  /** Not in the last hook, because running jobs still need the database. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.drain();
  }
}
