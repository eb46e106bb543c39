namespace Bus.Jobs.Running;

/// <summary>The job was taken for lost, and may run elsewhere: nothing of this run may be committed.</summary>
internal sealed class JobClaimLostException : Exception;
