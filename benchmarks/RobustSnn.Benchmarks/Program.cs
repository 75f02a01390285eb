using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using RobustSnn.Benchmarks;

// In this process: what is timed is the backend as built, and no project has to be generated.
ManualConfig config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddColumn(new SpeedColumn());
BenchmarkSwitcher.FromAssembly(typeof(Layer).Assembly).Run(args, config);
