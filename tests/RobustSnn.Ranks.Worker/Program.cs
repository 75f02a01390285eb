using System.Globalization;
using RobustSnn.Model;
using RobustSnn.Ranks;
using RobustSnn.Ranks.Worker;

// One rank of the tests of processes: mpirun -n 4 dotnet RobustSnn.Ranks.Worker.dll JOB [SILENCE IN SECONDS] [RANK].
// Exit code 0: done; 1: failed, or another rank is; 2: refused.
var job = args[0];
var silence = args.Length > 1 ? TimeSpan.FromSeconds(double.Parse(args[1], CultureInfo.InvariantCulture)) : Processes.Silence;
var faulty = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : -1;
IRanks? ranks = null;
try
{
    ranks = Jobs.Open(job, silence, faulty);
    Jobs.Run(job, ranks, faulty);
    ranks.Dispose(); // which throws where another rank has failed meanwhile
    return 0;
}
catch (Exception exception)
{
    if (exception is not (RankLostException or BadInputException))
    {
        ranks?.Abort(exception.Message);
    }

    Report.Error(exception.Message);
    return exception is BadInputException ? 2 : 1;
}
finally
{
    ranks?.Dispose();
}
