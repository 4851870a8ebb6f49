#include "Backend/Import/Pickle.h"

#include "Backend/Import/PickleMachine.h"

#include <bit>

namespace kikitori::backend
{

Result<std::map<std::string, PickledTensor>> readStateDict (std::span<const std::byte> pickle, const std::string& file)
{
    static_assert (std::endian::native == std::endian::little);
    PickleMachine machine (pickle, file);
    const auto top = machine.run();

    if (! top)
        return top.error();

    auto dictionary = top.value();

    // A training's checkpoint has its weights one level down.
    if (dictionary.kind == PickleValue::Kind::dictionary)
        for (std::size_t i = 0; i + 1 < dictionary.items->size(); i += 2)
            if ((*dictionary.items)[i].text == "state_dict"
                && (*dictionary.items)[i + 1].kind == PickleValue::Kind::dictionary)
            {
                dictionary = (*dictionary.items)[i + 1];
                break;
            }

    if (dictionary.kind != PickleValue::Kind::dictionary)
        return Error{ "unsafe_pickle", file + " holds no dictionary of tensors. Nothing of it was run." };

    std::map<std::string, PickledTensor> tensors;

    for (std::size_t i = 0; i + 1 < dictionary.items->size(); i += 2)
    {
        const auto& name = (*dictionary.items)[i];
        const auto& value = (*dictionary.items)[i + 1];

        if (name.kind != PickleValue::Kind::text || value.kind != PickleValue::Kind::tensor)
            return Error{ "unsafe_pickle",
                          file + ": \"" + std::string (name.text.substr (0, 120))
                              + "\" is no tensor. Nothing of it was run; export the model's state dict." };

        tensors[std::string (name.text)] = *value.tensor;
    }

    return tensors;
}

} // namespace kikitori::backend
