using RobustSnn.Experiments.Shards;
using RobustSnn.Model;

namespace RobustSnn.Experiments.Tests.Shards;

/// <summary>Which part a process does: said, or by what schedulers set.</summary>
[TestFixture]
public sealed class ShardTests
{
    private static Func<string, string?> Variables(string text)
    {
        var variables = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('=')).ToDictionary(each => each[0], each => each[1]);
        return name => variables.GetValueOrDefault(name);
    }

    [TestCase("3/16", 3, 16)]
    [TestCase("1/1", 1, 1)]
    public void It_is_as_it_is_said(string text, int part, int of) => Assert.That(Shard.Parse(text, Variables("")), Is.EqualTo(new Shard(part, of)));

    [TestCase("0/4")]
    [TestCase("5/4")]
    [TestCase("-1/4")]
    [TestCase("1/0")]
    [TestCase("1")]
    [TestCase("1/2/3")]
    [TestCase("01/2")]
    [TestCase("1/ 2")]
    [TestCase("")]
    [TestCase("auto/")]
    [TestCase("auto/0")]
    [TestCase("Auto")]
    public void What_is_no_part_is_refused(string text) =>
        Assert.That(() => Shard.Parse(text, Variables("")), Throws.TypeOf<BadInputException>().With.Message.Contains("such as 3/16").And.Message.Contains($"'{text}'"));

    [TestCase("auto", "SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=15 SLURM_ARRAY_TASK_COUNT=16", 1, 16, TestName = "an array from 0")]
    [TestCase("auto/16", "SLURM_ARRAY_TASK_ID=16 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=16 SLURM_ARRAY_TASK_COUNT=16", 16, 16, TestName = "an array from 1")]
    [TestCase("auto", "SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_COUNT=3", 3, 3, TestName = "an array in steps")]
    [TestCase("auto", "SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=2 SLURM_ARRAY_TASK_COUNT=2 SLURM_PROCID=0 SLURM_NTASKS=1", 2, 2,
        TestName = "an array of tasks of one process")]
    [TestCase("auto/8", "JOB_COMPLETION_INDEX=0", 1, 8, TestName = "a Job")]
    [TestCase("auto", "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4", 4, 4, TestName = "Open MPI")]
    [TestCase("auto", "PMI_RANK=0 PMI_SIZE=2", 1, 2, TestName = "MPICH")]
    [TestCase("auto", "SLURM_PROCID=5 SLURM_NTASKS=6 PMI_RANK=5 PMI_SIZE=6", 6, 6, TestName = "srun")]
    public void A_scheduler_says_it(string text, string variables, int part, int of) =>
        Assert.That(Shard.Parse(text, Variables(variables)), Is.EqualTo(new Shard(part, of)));

    [TestCase("auto", "", "SLURM_ARRAY_TASK_ID", "--shard 3/16", TestName = "nobody does")]
    [TestCase("auto", "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1", "more than one process", TestName = "one process does")]
    [TestCase("auto", "SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=7 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=1", "several tasks, found one", TestName = "an array of one")]
    [TestCase("auto", "JOB_COMPLETION_INDEX=3", "auto/N", "completions", TestName = "a Job does not say of how many")]
    [TestCase("auto/3", "JOB_COMPLETION_INDEX=3", "part of 3", "4/3", TestName = "a Job has more parts")]
    [TestCase("auto/8", "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4", "part of 8", "Open MPI says 4/4", TestName = "other parts")]
    [TestCase("auto", "JOB_COMPLETION_INDEX=x", "JOB_COMPLETION_INDEX", "'x'", TestName = "no number")]
    [TestCase("auto", "SLURM_ARRAY_TASK_ID=1", "SLURM_ARRAY_TASK_MIN", TestName = "half of what Slurm says")]
    [TestCase("auto", "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=9 SLURM_ARRAY_TASK_COUNT=3", "equal steps", TestName = "an array with gaps")]
    [TestCase("auto", "SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=2 SLURM_ARRAY_TASK_COUNT=2 SLURM_PROCID=0 SLURM_NTASKS=4",
        "the Slurm array says that this is part 2/2", "srun says 1/4", TestName = "an array of several processes")]
    public void What_schedulers_leave_open_is_refused(string text, string variables, params string[] saying)
    {
        var refused = Assert.Throws<BadInputException>(() => Shard.Parse(text, Variables(variables)));
        Assert.Multiple(() => Array.ForEach(saying, part => Assert.That(refused!.Message, Does.Contain(part))));
    }

    [FsCheck.NUnit.Property]
    public bool Parts_are_the_whole_and_as_equal_as_can_be(FsCheck.PositiveInt count, FsCheck.PositiveInt parts)
    {
        var of = Math.Min(parts.Get, count.Get);
        var ranges = Enumerable.Range(1, of).Select(part => new Shard(part, of).Range(count.Get, "images")).ToArray();
        return ranges[0].First == 0 && ranges[^1].End == count.Get && ranges.Zip(ranges.Skip(1)).All(pair => pair.First.End == pair.Second.First)
            && ranges.All(range => range.End - range.First is var size && (size == count.Get / of || size == count.Get / of + 1));
    }

    [Test]
    public void More_parts_than_there_is_are_refused() => Assert.That(
        () => new Shard(1, 5).Range(4, "runs"), Throws.TypeOf<BadInputException>().With.Message.Contains("as there are runs, 4, found 5"));
}
