using Bus.Jobs.Running;
using Bus.Jobs.Webhooks;

namespace Bus.Jobs;

/// <summary>
/// Makes signed calls to others, for handlers of one's own: by the same rules as <see cref="EnqueueOptions.Callback"/>, which are those of <see cref="WebhookOptions"/>. Thread-safe.
/// </summary>
public sealed class WebhookClient : IDisposable
{
    private readonly WebhookSender _sender;

    /// <summary>Takes the rules.</summary>
    /// <param name="options">Who may be called, and what calls are signed with.</param>
    /// <param name="address">What errors call the address that is refused, for instance <c>PushUrl</c>.</param>
    /// <param name="section">Where errors say that the options are set, for instance <c>Bus:Notifications:Push:</c>.</param>
    /// <param name="time">The clock of signatures.</param>
    /// <exception cref="JobException">A secret is none.</exception>
    public WebhookClient(WebhookOptions options, string address, string section, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _sender = new WebhookSender(new WebhookRules(options, address, section), new WebhookSignature(options.Secrets, $"{section}{nameof(options.Secrets)}"), time);
    }

    /// <summary>Makes one call; returns when the other side has taken it.</summary>
    /// <param name="address">An absolute http or https address of a host that is allowed.</param>
    /// <param name="id">The <c>webhook-id</c>: the same in every attempt.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="WebhookRefusedException">It will not be taken, however often it is asked: the address may not be called, or the other side has refused.</exception>
    /// <exception cref="Core.Recoverability.RetryAfterException">The other side asks to come later.</exception>
    /// <exception cref="TimeoutException">It did not answer within 15 s.</exception>
    public async Task SendAsync(Uri address, Guid id, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            await _sender.SendAsync(address, id, body, cancellationToken);
        }
        catch (JobDeadException refused)
        {
            throw new WebhookRefusedException(refused.Message, refused);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sender.Dispose();
}
