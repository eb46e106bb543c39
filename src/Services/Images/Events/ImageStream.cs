using System.Runtime.CompilerServices;
using Bus.Services.Images.Http;
using Bus.Services.Images.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Bus.Services.Images.Events;

/// <summary>
/// An image's views as they change, until it has ended. News makes it quick and the row makes it sure: news that was missed (a broker that was
/// away, a listener that came late) is found in the row at the next look, so no stream hangs.
/// </summary>
internal sealed class ImageStream(ImageNewsHub hub, IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <summary>The time between looks at the row while nothing is heard.</summary>
    public static readonly TimeSpan QuietLook = TimeSpan.FromSeconds(3);

    /// <summary>The time between looks once the end was heard of: the row follows within moments.</summary>
    public static readonly TimeSpan EndLook = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the last steps' news is waited for after the image has ended.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The present view first, then every change; null when nothing was heard for <see cref="QuietLook"/>, so that the caller can show a sign of life. Ends
    /// after the final view, or at once if there is no such image.
    /// </summary>
    public async IAsyncEnumerable<ImageView?> FollowAsync(Guid imageId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Listen before looking: what happens in between is then heard.
        using var subscription = hub.Listen(imageId);
        var shown = await LookAsync(imageId, cancellationToken);
        if (shown is null)
        {
            yield break;
        }

        if (shown.IsFinal)
        {
            // Who comes after the end gets the end, at once.
            yield return shown;
            yield break;
        }

        var (view, ended) = (shown, (long?)null);
        if (!IsOver(view, ref ended))
        {
            yield return Held(shown);
        }

        while (!IsOver(view, ref ended))
        {
            var heard = await HearAsync(subscription, ended is null ? QuietLook : EndLook, cancellationToken);
            while (subscription.News.TryRead(out var news))
            {
                (view, ended) = news.Step is { } step ? (view.With(step), ended) : (view, ended ?? clock.GetTimestamp());
            }

            if (!heard || ended is not null)
            {
                view = await LookAsync(imageId, cancellationToken) is { } row ? view.UpTo(row) : view;
            }

            if (!Held(view).Shows(Held(shown)))
            {
                shown = view;
                yield return Held(view);
            }
            else if (!heard && ended is null)
            {
                yield return null;
            }
        }

        yield return view;
    }

    // The end is shown once, as the last view, when it is sure that nothing more comes.
    private static ImageView Held(ImageView view) => view.IsFinal ? view with { Status = ImageView.Processing, ContentUrl = null, Error = null } : view;

    private bool IsOver(ImageView view, ref long? ended)
    {
        if (!view.IsFinal)
        {
            return false;
        }

        ended ??= clock.GetTimestamp();
        return view.IsSettled || clock.GetElapsedTime(ended.Value) > SettleTime;
    }

    private async Task<bool> HearAsync(ImageNewsHub.Subscription subscription, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await subscription.News.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<ImageView?> LookAsync(Guid imageId, CancellationToken cancellationToken)
    {
        // A scope a look: a stream is open for long, and must not hold a connection meanwhile.
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ImageDb>().FindAsync(imageId, cancellationToken) is { } image ? ImageView.Of(image) : null;
    }
}
