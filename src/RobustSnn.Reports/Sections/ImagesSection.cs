using System.Globalization;
using RobustSnn.Experiments.Data;
using RobustSnn.Model;
using RobustSnn.Reports.Collecting;
using RobustSnn.Reports.Html;

namespace RobustSnn.Reports.Sections;

/// <summary>Images that broke networks: clean, adversarial, and the difference, which is magnified.</summary>
internal static class ImagesSection
{
    /// <summary>Of a difference round mid grey: 1/255 can be seen, and what is above 6/255 is as light as can be.</summary>
    public const int Magnification = 20;

    // A page of some megabytes at most, however many runs there are.
    private const int MostNetworks = 4;
    private const float MidGrey = 128;

    public static void Write(Page page, ReportData data)
    {
        page.Heading("images", "Images that broke networks");
        var found = data.Runs.SelectMany(run => run.Images.Select(images => (Name: data.Runs.Count > 1 ? $"{run.Name}: {images.Network}" : images.Network, Images: images))).ToArray();
        if (found.Length == 0)
        {
            page.Missing("None were kept: nothing was broken, or an older program evaluated the run, or it took its figures from another run of a sweep.",
                $"rsnn evaluate {data.Runs[0].Folder}/finetuned-snn.safetensors --attack pgd10 --save-images found/");
        }
        else
        {
            WriteImages(page, [.. found.TakeLast(MostNetworks)], found.Length);
        }

        page.EndSection();
    }

    private static void WriteImages(Page page, IReadOnlyList<(string Name, KeptImages Images)> shown, int all)
    {
        try
        {
            LibPng.RequireForWriting();
        }
        catch (BadInputException missing)
        {
            page.Sentence($"They are kept and cannot be shown: {missing.Message}", "missing");
            return;
        }

        page.Sentence($"Clean, adversarial, and their difference × {Magnification} round mid grey. The first samples of the test set that were broken, of each the nearest image that broke it."
            + (shown.Count < all ? $" The last {shown.Count} of {all} networks." : ""));
        foreach (var (name, images) in shown)
        {
            page.SubHeading(name);
            page.Raw("<div class=\"images\">");
            foreach (var image in images.Images)
            {
                WriteOne(page, image, images.Shape);
            }

            page.Raw("</div>");
        }
    }

    private static void WriteOne(Page page, KeptImage image, Shape shape)
    {
        page.Raw("<figure class=\"broken\">");
        page.Raw(Picture($"image {image.Sample}, clean: {image.TrueClass}", shape, i => 255 * image.Clean[i]));
        page.Raw(Picture($"image {image.Sample}, adversarial: taken for {image.FoundClass}", shape, i => 255 * image.Adversarial[i]));
        page.Raw(Picture($"the difference, {Magnification} times as large", shape, i => MidGrey + Magnification * 255 * (image.Adversarial[i] - image.Clean[i])));
        page.Raw($"<figcaption><strong>{Page.Escape(image.TrueClass)}</strong> → <strong>{Page.Escape(image.FoundClass)}</strong><br>"
            + $"image {Page.Escape(image.Sample)}, {Page.Escape(Readable(image.Member))}</figcaption></figure>");
    }

    /// <summary>A radius in pixel units as people write it, in 255ths; anything else as it is.</summary>
    private static string Readable(string member)
    {
        const string ball = " linf:";
        var place = member.LastIndexOf(ball, StringComparison.Ordinal);
        return place >= 0 && float.TryParse(member.AsSpan(place + ball.Length), CultureInfo.InvariantCulture, out var radius)
            ? $"{member[..place]}, ε = {Numbers.Short(255.0 * radius)}/255"
            : member;
    }

    private static string Picture(string words, Shape shape, Func<int, float> value)
    {
        var area = shape.Rows * shape.Columns;
        var pixels = new byte[3 * area];
        for (var place = 0; place < area; place++)
        {
            for (var colour = 0; colour < 3; colour++)
            {
                pixels[3 * place + colour] = (byte)Math.Clamp(MathF.Round(value(shape.Channels == 1 ? place : colour * area + place)), 0, 255);
            }
        }

        var png = Convert.ToBase64String(LibPng.Encode(pixels, shape.Rows, shape.Columns));
        return $"<img alt=\"{Page.Escape(words)}\" title=\"{Page.Escape(words)}\" width=\"{shape.Columns}\" height=\"{shape.Rows}\" src=\"data:image/png;base64,{png}\">";
    }
}
