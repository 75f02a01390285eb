/* A profiler, as NVTX 3 lets one attach: it writes down what it hears. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef void (*function)(void);

struct callbacks {
    size_t size;
    int (*get_module_function_table)(int module, function ***table, unsigned int *size);
};

struct version_info {
    size_t size;
    uint32_t version;
    uint32_t reserved;
    void (*set_injection_version)(uint32_t version);
};

static char text[1 << 20];

const char *heard(void) { return text; }

static void hear(const char *event, const char *name)
{
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "%s %s\n", event, name);
}

static int push(const char *name)
{
    hear("push", name);
    return 0;
}

static int pop(void)
{
    hear("pop", "");
    return 0;
}

int InitializeInjectionNvtx2(const void *(*get_export_table)(uint32_t))
{
    const struct callbacks *callbacks = get_export_table(1);
    const struct version_info *version = get_export_table(3);
    if (!callbacks || callbacks->size < sizeof *callbacks || !version || version->size < sizeof *version || version->version != 3 || get_export_table(2))
        return 0;
    version->set_injection_version(3);

    static const unsigned int sizes[] = {0, 16, 9, 15, 7, 16, 7};
    for (int module = 1; module < 7; module++) {
        function **table = NULL;
        unsigned int size = 0;
        if (!callbacks->get_module_function_table(module, &table, &size) || size != sizes[module] || table[0] || table[size])
            return 0;
        for (unsigned int i = 1; i < size; i++)
            *table[i] = NULL;
        if (module == 1) {
            *table[9] = (function)push;
            *table[11] = (function)pop;
        }
    }

    return !callbacks->get_module_function_table(7, NULL, NULL);
}
